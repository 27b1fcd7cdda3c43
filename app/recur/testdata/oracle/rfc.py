#!/usr/bin/env python3
"""Reads ../rfc5545.txt against python-dateutil and Python's zoneinfo.

Usage: pip install python-dateutil==2.9.0.post0 tzdata && python3 rfc.py

dateutil is given the rule as it is written, with nothing corrected. It leaves a
start out that the rule does not generate; no example but Friday the 13th has
one, and that takes it away itself. Ends with 1 where a date differs.
"""
import sys
from datetime import datetime
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

ZONE = ZoneInfo("America/New_York")


def dates(line):
    days, times, name = line.split()
    return [f"{days[:8]}{day} {time} {name}" for day in days[8:].split(",") for time in times.split(",")]


def expand(rule, start, gone, most):
    """The first occurrences: UNTIL is in UTC and DTSTART on the clock, so the end is looked at here."""
    until, parts = None, []
    for part in rule.split(";"):
        if part.startswith("UNTIL="):
            until = datetime.strptime(part[6:] + "+0000", "%Y%m%dT%H%M%SZ%z")
        else:
            parts.append(part)
    out = []
    for t in rrulestr(";".join(parts), dtstart=start):
        at = t.replace(tzinfo=ZONE)
        if until and at > until or len(out) == most:
            break
        if t not in gone:
            out.append(at.strftime("%Y-%m-%d %H:%M %Z"))
    return out


def main():
    rules = wrong = count = 0
    for block in (Path(__file__).parent.parent / "rfc5545.txt").read_text().split("\n\n"):
        title, start, gone, those, want, endless = "", None, [], [], [], False
        for line in block.strip().split("\n"):
            name, _, value = line.partition(":")
            if line.startswith("#"):
                title += line[1:]
            elif name == "DTSTART":
                start = datetime.strptime(value, "%Y%m%dT%H%M%S")
            elif name == "EXDATE":
                gone.append(datetime.strptime(value, "%Y%m%dT%H%M%S"))
            elif name == "RRULE":
                those.append(value)
            elif line == "...":
                endless = True
            elif line:
                want += dates(line)
        for rule in those:
            rules += 1
            count += len(want)
            got = expand(rule, start, gone, len(want) + 1)  # one more: a list that ends must end
            if got[:len(want)] != want or (len(got) > len(want)) != endless:
                wrong += 1
                print(f"{title.strip()}\n  {rule}\n  file     {want}\n  dateutil {got}")
    print(f"{rules} rules, {count} dates, {wrong} rules differ")
    return 1 if wrong or rules < 40 else 0


sys.exit(main())
