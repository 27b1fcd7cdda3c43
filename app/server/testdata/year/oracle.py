#!/usr/bin/env python3
"""Writes what a household is to be told in a year, as python-dateutil and zoneinfo see it.

Usage: pip install python-dateutil==2.9.0.post0 tzdata && python3 oracle.py house collection

It reads NAME.json, rows as the database has them, and writes NAME.tsv: when it
is due, when it arrives, user, kind and title. It follows docs/reminders.md and
RFC 5545, and shares nothing with the program.
"""
import calendar
import json
import re
import sys
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

UTC = timezone.utc
DAY = timedelta(1)
HERE = Path(__file__).parent


def place(local, zone):
    """A time on the clock: before a gap's change, and the first of two (3.3.5)."""
    return local.replace(tzinfo=zone, fold=0).astimezone(UTC)


def instant(micros):
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros)


def local(text):
    return datetime.fromisoformat(text)


def offset(text):
    """A DURATION as days of the calendar and exact time; None where it is none."""
    m = re.fullmatch(r"(-?)P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?", text)
    if not m:
        return None
    weeks, days, hours, minutes = (int(n or 0) for n in m.groups()[1:])
    sign = -1 if m[1] else 1
    return sign * (7 * weeks + days), sign * timedelta(hours=hours, minutes=minutes)


def ring(start, off, zone, on_clock):
    days, exact = off
    if on_clock:
        return place(start + days * DAY + exact, zone)
    return place(start + days * DAY, zone) + exact


def starts(start, rule, zone, all_day, rdates, until_end):
    """Local starts of a series, in order of the rule; COUNT and UNTIL are applied here."""
    out = []
    if rule:
        parts = dict(p.split("=") for p in rule.split(";"))
        count, until = int(parts.pop("COUNT", 0)), parts.pop("UNTIL", "")
        bare = ";".join(f"{k}={v}" for k, v in parts.items())
        if "BYWEEKNO" in parts and not {"BYDAY", "BYMONTHDAY", "BYYEARDAY"} & set(parts):
            bare += ";BYDAY=" + ["MO", "TU", "WE", "TH", "FR", "SA", "SU"][start.weekday()]  # 3.3.10
        for t in rrulestr(bare, dtstart=start):
            if not out and t != start:
                out.append(start)  # DTSTART is the first and counts (3.8.5.3)
            if count and len(out) >= count or t > until_end:
                break
            if until and past(until, t, zone, all_day):
                break
            out.append(t)
        if not out:
            out.append(start)
    else:
        out.append(start)
    return sorted({*out, *rdates})


def past(until, t, zone, all_day):
    if len(until) == 8:
        return t.strftime("%Y%m%d") > until
    end = datetime.strptime(until.rstrip("Z"), "%Y%m%dT%H%M%S")
    if until.endswith("Z") and zone and not all_day:
        return place(t, zone) > end.replace(tzinfo=UTC)
    return t > end


class House:
    def __init__(self, name):
        self.data = json.loads((HERE / f"{name}.json").read_text())
        self.begin, self.end = (datetime.fromisoformat(self.data[k].replace("Z", "+00:00")) for k in ("begin", "end"))
        self.members = {m["id"]: m for m in self.data["members"]}
        for m in self.members.values():
            m["zone"] = ZoneInfo(m["time_zone"])
        self.far = self.end.replace(tzinfo=None) + 40 * DAY
        self.told = set()

    def tell(self, user, kind, record, rule, mark, due, title, after=None):
        """One line for each occurrence of an alarm, whatever the number of ways to it."""
        if (after or self.begin) < due <= self.end:
            self.told.add((kind, record, rule, mark, due, user, title))

    def quiet(self, due, m):
        """When what is due arrives: quiet hours are times on the member's clock."""
        if not m["quiet_from"]:
            return due
        day = due.astimezone(m["zone"]).date()
        for d in (day - DAY, day):
            begin = datetime.combine(d, datetime.strptime(m["quiet_from"], "%H:%M").time())
            end = datetime.combine(d, datetime.strptime(m["quiet_until"], "%H:%M").time())
            if m["quiet_until"] < m["quiet_from"]:
                end += DAY
            if place(begin, m["zone"]) <= due < place(end, m["zone"]):
                return place(end, m["zone"])
        return due

    def events(self):
        changed = {}
        for o in self.data["overrides"]:
            changed.setdefault(o["event_id"], {})[local(o["recurrence_id"])] = json.loads(o["changes"])
        for e in self.data["events"]:
            home = self.members[e["user_id"]]["zone"]
            zone = ZoneInfo(e["time_zone"]) if e["time_zone"] else None
            on_clock = e["all_day"] or not zone
            at, begin = zone if zone and not e["all_day"] else home, local(e["start_local"])
            gone = {local(x) for x in json.loads(e["exceptions"])}
            rdates = {local(x) for x in json.loads(e["rdates"])}
            mine = changed.get(e["id"], {})
            series = starts(begin, e["recurrence_rule"], zone, e["all_day"], rdates, self.far)
            out, placed = [], set()
            for s in series:  # two times that a gap makes one are one occurrence
                when = place(s, at)
                if s in gone or s in mine or (not on_clock and when in placed):
                    continue
                placed.add(when)
                out.append((s, {}))
            out += [(local(c.get("start") or s.isoformat()), c) for s, c in mine.items()]
            for s, c in out:
                if c.get("status", e["status"]) == "cancelled":
                    continue
                for r in c.get("reminders", json.loads(e["reminders"])):
                    off = offset(r)
                    if off:
                        mark = s if on_clock else place(s, zone)
                        self.tell(e["user_id"], "event", e["id"], r, mark, ring(s, off, at, on_clock), c.get("title", e["title"]))
            if e["status"] != "cancelled":
                for r in json.loads(e["reminders"]):
                    if not offset(r):
                        due = datetime.fromisoformat(r.replace("Z", "+00:00")).astimezone(UTC)
                        self.tell(e["user_id"], "event", e["id"], r, due, due, e["title"])

    def reminders(self):
        for r in self.data["reminders"]:
            if not r["active"] or r["dismissed"]:
                continue
            zone, at = ZoneInfo(r["time_zone"]), instant(r["remind_at"])
            dues = {at}
            if r["recurrence_rule"]:
                dues |= {place(s, zone) for s in starts(local(r["remind_local"]), r["recurrence_rule"], zone, False, set(), self.far)}
            if r["snoozed_until"]:
                dues.add(instant(r["snoozed_until"]))
            for due in dues:
                self.tell(r["user_id"], "reminder", r["id"], "due", due, due, r["title"])

    def todos(self):
        chores = {c["id"]: c["acts"] for c in self.data["chores"] or []}
        for t in self.data["todos"]:
            if t["completed"] or not t["due_date"]:
                continue
            zone, hhmm = self.members[t["user_id"]]["zone"], t["due_time"]
            due, written, n = date.fromisoformat(t["due_date"]), None, 0
            acts = [datetime.fromisoformat(a.replace("Z", "+00:00")) for a in chores.get(t["id"], [])]
            for done in acts + [None]:
                start = datetime.combine(due, datetime.strptime(hhmm or "00:00", "%H:%M").time())
                for r in json.loads(t["reminders"]):
                    off = offset(r)
                    at = ring(start, off, zone, not hhmm)
                    # What was due before it was there does not ring, but for the minute before.
                    if done is None or at < done:
                        self.tell(t["user_id"], "todo", (t["id"], n), r, start, at, t["title"], written and written - timedelta(minutes=1))
                if done is None:
                    break
                since = done.astimezone(zone).date() if t["repeat_from"] == "completion" else due
                first = datetime.combine(since, start.time())
                due = next(iter(x for x in rrulestr(t["recurrence_rule"], dtstart=first) if x > first)).date()
                written, n = done, n + 1

    def days(self):
        """What has a day and no time comes at the digest's."""
        for p in self.data["people"]:
            m = self.members[p["user_id"]]
            for kind in ("birthday", "anniversary"):
                if not p[kind]:
                    continue
                born, month, day = re.fullmatch(r"(\d{4}|-)-(\d\d)-(\d\d)", p[kind]).groups()
                for year in range(self.begin.year - 1, self.end.year + 1):
                    if born == "-" or year >= int(born):
                        d = date(year, int(month), 28 if (month, day) == ("02", "29") and not calendar.isleap(year) else int(day))
                        self.tell(p["user_id"], kind, p["id"], "day", d, self.hour(d, m), p["display_name"])
            if p["contact_due_at"] is not None:
                since = instant(p["contact_due_at"])
                d = since.astimezone(m["zone"]).date()
                due = self.hour(d, m)
                if due < since:
                    due = self.hour(d + DAY, m)
                self.tell(p["user_id"], "contact", p["id"], "day", since, due, p["display_name"])
        for m in self.members.values():
            if m["digest_enabled"]:
                for n in range(-2, 370):
                    d = self.begin.date() + n * DAY
                    self.tell(m["id"], "digest", m["id"], "day", d, self.hour(d, m), "-")

    def hour(self, d, m):
        return place(datetime.combine(d, datetime.strptime(m["digest_time"], "%H:%M").time()), m["zone"])

    def lines(self):
        for kind, _, _, _, due, user, title in self.told:
            arrives = self.quiet(due, self.members[user])
            if arrives < self.end:
                yield "\t".join([*(t.strftime("%Y-%m-%dT%H:%M:%SZ") for t in (due, arrives)), str(user), kind, title])


def main():
    for name in sys.argv[1:]:
        h = House(name)
        for part in (h.events, h.reminders, h.todos, h.days):
            part()
        lines = sorted(h.lines())
        (HERE / f"{name}.tsv").write_text("# Written by oracle.py: due, arrives, user, kind, title.\n" + "".join(l + "\n" for l in lines))
        print(f"{name}: {len(lines)} lines")


main()
