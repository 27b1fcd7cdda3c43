#!/usr/bin/env python3
"""Makes vectors.jsonl.gz: random recurrences with the occurrences that python-dateutil gives.

Usage: pip install python-dateutil==2.9.0.post0 tzdata && python3 generate.py [COUNT] [SEED]

dateutil expands on a clock without a zone. This script places its times with
Python's own zoneinfo (PEP 495: fold=0 is the offset before a gap and the first
of two, which is what RFC 5545, 3.3.5 asks), and adds RDATE, EXDATE and windows.
Where dateutil alone would err by the RFC, or decide what the RFC leaves open
otherwise than docs/recurrence.md does, the vector's "why" names the rule by
which the answer was corrected; README.md lists them.
"""
import gzip
import json
import random
import sys
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from oracle import SHORT, Rule, TooSlow, basic, elapsed, instants, looked, on_clock, place, show

ZONES = """Etc/GMT+12 Pacific/Pago_Pago Pacific/Honolulu Pacific/Marquesas America/Anchorage America/Los_Angeles America/Denver
America/Chicago America/New_York America/Havana America/Santiago America/St_Johns America/Sao_Paulo America/Asuncion
Atlantic/Azores Europe/London Europe/Dublin Europe/Berlin Africa/Casablanca Africa/Cairo Asia/Beirut Europe/Moscow Asia/Tehran
Asia/Kolkata Asia/Kathmandu Asia/Shanghai Asia/Tokyo Australia/Adelaide Australia/Sydney Australia/Lord_Howe Antarctica/Troll
Pacific/Auckland Pacific/Chatham Pacific/Apia Pacific/Tongatapu Pacific/Kiritimati UTC""".split()
HALF_HOUR = {"Australia/Lord_Howe", "Pacific/Apia", "Antarctica/Troll"}
HORIZON = [40 * 366, 14 * 366, 8 * 366, 4 * 366, 90, 12, 1]  # days to follow, by frequency


def vector(r):
    freq = r.choice([0, 0, 1, 1, 1, 2, 2, 3, 3, 4, 5, 6])
    rule = Rule(r, freq)
    name = r.choice(ZONES)
    kind = r.choice(["zone"] * 5 + ["floating", "all-day"])
    if kind != "floating" and kind != "all-day" and freq >= SHORT and name in HALF_HOUR:
        name = "America/New_York"  # periods that change their minutes have tests of their own
    zone, why = ZoneInfo(name), set()
    start = datetime(r.randint(1996, 2012), r.randint(1, 12), 1, r.randrange(24), r.choice([0, 30, r.randrange(60)]), r.choice([0, r.randrange(60)]))
    start += timedelta(days=r.choice([r.randrange(31), 30, 28]))
    shape = r.random()
    if shape < 0.1:
        start = start.replace(year=r.choice([1996, 2000, 2004, 2008]), month=2, day=29)
    elif shape < 0.3 and kind == "zone":  # begin close before a change of the clock
        at = place(start, zone)
        off = at.astimezone(zone).utcoffset()
        for k in range(400):
            later = at + timedelta(days=k)
            if later.astimezone(zone).utcoffset() != off:
                near = show(later - timedelta(days=r.choice([1, 2, 7, 9])), zone)
                start = near.replace(hour=r.choice([0, 1, 2, 2, 2, 3]), minute=start.minute, second=start.second)
                break
    elif shape < 0.35:  # far from any zone's changes
        name, zone = "UTC", ZoneInfo("UTC")
        start = start.replace(year=r.choice([1, 400, 1583, 1700, 1899, 2100, 2400, 5000, 9000, 9900]) + r.randrange(50), day=min(start.day, 28))
    parts = rule.hour, rule.minute, rule.second
    if kind == "all-day":
        start = start.replace(hour=0, minute=0, second=0)
        if freq >= SHORT:
            return None
        if any(parts):  # RFC 5545, 3.3.10: they MUST be ignored with a DATE
            why.add("time-parts-ignored")
            rule.hour, rule.minute, rule.second = [], [], []
    horizon = HORIZON[freq]
    if r.random() < 0.75:  # a start that the rule generates, as it SHOULD be (3.8.5.3)
        short = kind == "zone" and freq >= SHORT and not rule.hour
        first = next(iter(elapsed(rule, start, zone, set()) if short else on_clock(rule, start, set())), None)
        if first is not None:
            start = show(first, zone) if short else first
    if name != "UTC" and start.year + horizon / 366 > 2023:  # later, zone data may differ
        horizon = max(2, int((2023 - start.year) * 366))
    end = r.random()
    if end < 0.3:
        rule.count = r.randint(1, 40)
    elif end < 0.55:
        until = start + timedelta(seconds=int(r.random() ** 2 * horizon * 86400))
        day = kind == "all-day" or r.random() < 0.25
        rule.until = basic(until, "" if day else "T%H%M%S" + ("" if kind == "floating" else "Z"))
    if rule.until and len(rule.until) == 8 and kind != "all-day":
        why.add("until-date")
    stripped, (rule.hour, rule.minute, rule.second) = (rule.hour, rule.minute, rule.second), parts
    text = rule.text()
    rule.hour, rule.minute, rule.second = stripped
    seen, known, gap = instants(rule, start, zone, kind != "zone", kind == "all-day", why, horizon)
    if gap:
        why.add("gap")
    at = sorted(set(seen))
    pick = lambda: start + timedelta(seconds=r.randrange(max(1, int((known - at[0]).total_seconds()))))
    rdates, exdates = [], []
    if r.random() < 0.3:
        for _ in range(r.randint(1, 4)):
            d = pick()
            rdates.append(d.replace(hour=0, minute=0, second=0) if kind == "all-day" else d.replace(second=0))
    every = sorted({*at, *(place(d, zone) for d in rdates)})
    every = [t for t in every if t <= known]
    if r.random() < 0.3 and every:
        for _ in range(r.randint(1, 4)):
            local = show(r.choice(every), zone)
            if place(local, zone) in every or r.random() < 0.5:
                exdates.append(local)
    gone = {place(d, zone) for d in exdates}
    every = [t for t in every if t not in gone]
    # A window somewhere in what is known, of at most 30 occurrences.
    lo = r.randrange(len(every) + 1) if r.random() < 0.6 else 0
    hi = min(len(every), lo + r.randint(0, 30))
    begin, over = at[0] - timedelta(days=3), known
    frm = every[lo] + timedelta(seconds=r.choice([0, 0, -1, 1])) if lo < len(every) else known - timedelta(hours=1)
    frm = begin if lo == 0 else frm
    to = every[hi] + timedelta(seconds=r.choice([0, 0, 1])) if hi < len(every) else over
    if to > known:
        to = known
    if frm >= to:
        return None
    unix = lambda t: int(t.timestamp())
    v = {"rule": text, "start": start.isoformat(), "kind": kind, "zone": name}
    if rdates:
        v["rdates"] = [d.isoformat() for d in rdates]
    if exdates:
        v["exdates"] = [d.isoformat() for d in exdates]
    v["from"], v["to"] = unix(frm), unix(to)
    lasts = lambda t: place(datetime.combine(show(t, zone).date() + timedelta(1), datetime.min.time()), zone)
    want = [unix(t) for t in every if t < to and (frm <= t or kind == "all-day" and frm < lasts(t))]
    v["want"] = [b - a for a, b in zip([unix(frm)] + want, want)]  # each from the one before
    if why:
        v["why"] = sorted(why)
    return v


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 6000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 5545
    out, slow, refused, n = [], 0, 0, 0
    while len(out) < count:
        r = random.Random(f"{seed}/{n}")
        n += 1
        looked[0] = 0
        try:
            v = vector(r)
        except TooSlow:
            slow += 1
            continue
        except (ValueError, OverflowError):  # dateutil refuses INTERVALs that never meet a BY part
            refused += 1
            continue
        if v:
            out.append(v)
    path = Path(__file__).parent / "vectors.jsonl.gz"
    with open(path, "wb") as f, gzip.GzipFile("", "wb", 9, f, mtime=0) as z:
        for v in out:
            z.write(json.dumps(v, separators=(",", ":")).encode() + b"\n")
    whys = {}
    for v in out:
        for w in v.get("why", []):
            whys[w] = whys.get(w, 0) + 1
    print(f"{len(out)} vectors of {n} tries, {slow} too slow for dateutil, {refused} refused by it, {path.stat().st_size} bytes; corrected: {whys}")


main()
