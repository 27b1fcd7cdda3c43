#!/usr/bin/env python3
"""Makes aliases.txt from Unicode CLDR's data, as npm has it.

Usage: npm pack cldr-core@48.2.0 cldr-bcp47@48.2.0, unpack each into a folder of its name, and
       python3 generate.py FOLDER_OF_CLDR_CORE FOLDER_OF_CLDR_BCP47

supplemental/windowsZones.json says which zone a Windows name means ("001": without a country),
bcp47/timezone.json which names mean the same zone and which of them the IANA uses today.
"""
import json
import sys
from pathlib import Path

core, bcp47 = map(Path, sys.argv[1:3])
windows = json.loads((core / "supplemental/windowsZones.json").read_text())["supplemental"]
zones = json.loads((bcp47 / "bcp47/timezone.json").read_text())["keyword"]["u"]["tz"]

usual = {}  # any name -> the one to use
for key, zone in zones.items():
    if not isinstance(zone, dict) or key in ("unk",) or "_alias" not in zone:
        continue
    names = zone["_alias"].split()
    best = zone.get("_iana", names[0])
    if key == "utc":
        best = "UTC"  # what everybody calls it
    for name in names:
        usual[name] = best
also = {}
for name, best in usual.items():
    also.setdefault(best, set()).add(name)
for entry in windows["windowsZones"]["mapTimezones"]:
    zone = entry["mapZone"]
    if zone["_territory"] == "001":
        best = usual[zone["_type"]]
        also.setdefault(best, set()).add(zone["_other"])

out = [
    f"# Made by generate.py from Unicode CLDR {windows['version']['_cldrVersion']} (windowsZones, bcp47 timezone).",
    "# Copyright © 1991-2025 Unicode, Inc. Unicode License v3: https://www.unicode.org/license.txt",
    "# A line is the name to use, and the others that mean it.",
]
for best in sorted(also):
    out.append("|".join([best] + sorted(also[best] - {best})))
(Path(__file__).parent / "aliases.txt").write_text("\n".join(out) + "\n")
