"""A week of the demo household: two phones and a desk, offline at times, who end equal.

The phones sync by vdirsyncer, the desk works online by python-caldav, somebody
uses Umbra itself meanwhile. Who changes what is drawn by chance from a fixed seed.
"""

import random
import re
from datetime import date, timedelta

import caldav
import icalendar

from devices import Device
from house import WINDOW

MONDAY = date(2031, 1, 6)
TITLE = re.compile(r"^SUMMARY[^:\r\n]*:", re.MULTILINE)


def event(uid, day, title):
    return (
        f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//x//y//EN\nBEGIN:VEVENT\nUID:{uid}\nDTSTAMP:20301201T080000Z\n"
        f"DTSTART;TZID=Europe/Berlin:{day:%Y%m%d}T180000\nSUMMARY:{title}\nEND:VEVENT\nEND:VCALENDAR\n"
    )


def todo(uid, title):
    return f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//x//y//EN\nBEGIN:VTODO\nUID:{uid}\nDTSTAMP:20301201T080000Z\nSUMMARY:{title}\nEND:VTODO\nEND:VCALENDAR\n"


def card(uid, title):
    return f"BEGIN:VCARD\nVERSION:3.0\nUID:{uid}\nFN:{title}\nN:{title};;;;\nCATEGORIES:Week\nEND:VCARD\n"


def titles(objects):
    """What a folder says each to-do or event is called: by uid; of a series the series."""
    out = {}
    for text in objects.values():
        for part in icalendar.Calendar.from_ical(text).walk():
            if part.name in ("VTODO", "VEVENT") and "RECURRENCE-ID" not in part:
                out[str(part["UID"])] = str(part["SUMMARY"])
    return out


# vdirsyncer does not fetch anew what differs in these alone.
STAMPS = re.compile(r"^(DTSTAMP|LAST-MODIFIED):.*\r\n", re.MULTILINE)


def different(a, b):
    """What two devices hold differently, so that a failure can be read."""
    assert set(a) == set(b)
    plain = [{(n, f): STAMPS.sub("", text) for n, files in x.items() for f, text in files.items()} for x in (a, b)]
    return [(at, plain[0].get(at), plain[1].get(at)) for at in sorted(set(plain[0]) | set(plain[1])) if plain[0].get(at) != plain[1].get(at)]


def test_a_week(tmp_path, server):
    household = server.person(demo=True)
    chance = random.Random(20310106)
    phones = [Device(tmp_path / "ann", household), Device(tmp_path / "ben", household)]
    for p in phones:
        p.discover()
        p.sync()
    with caldav.DAVClient(url=server.url, username=household.name, password=household.app_password, require_tls=False, enable_rfc6764=False) as client:
        start = phones[0].everything()
        assert different(phones[1].everything(), start) == []
        calendars = [n for n in start if n.startswith("calendar-") and start[n]]
        assert sum(len(start[n]) for n in calendars) >= 400 and len(start["todos"]) >= 200 and len(start["people"]) >= 100

        desk = next(c for c in client.principal().calendars() if c.get_display_name() == "To-dos")
        made = set()
        for day in range(7):
            for n, phone in enumerate(phones):
                for k in range(4):
                    uid, collection = f"made-{day}-{n}-{k}", [chance.choice(calendars), "todos", "people", chance.choice(calendars)][k]
                    write = {"todos": todo, "people": card}.get(collection)
                    text = write(uid, f"Made {day} {n} {k}") if write else event(uid, MONDAY + timedelta(day), f"Made {day} {n} {k}")
                    ending = ".vcf" if collection == "people" else ".ics"
                    phone.put(collection, uid + ending, text)
                    made.add((collection, uid))
                # Both change the same to-dos, and each some of its own choice.
                names = sorted(n for n in phone.files("todos") if not n.startswith("desk-"))
                for name in names[day * 3 : day * 3 + 3] + chance.sample(names, 3):
                    file = phone.collection("todos") / name
                    file.write_bytes(TITLE.sub(f"SUMMARY:Day {day} phone {n}\\, ", file.read_bytes().decode(), count=1).encode())
                phone.delete("people", chance.choice(sorted(phone.files("people"))))
            # The desk and Umbra itself change what the phones may have changed, too.
            listed = household.get("/api/todos?limit=20")
            household.patch(f"/api/todos/{listed[day]['id']}", title=f"Umbra, day {day}")
            household.delete(f"/api/todos/{listed[19 - day]['id']}")
            household.post("/api/events", title=f"Made by Umbra, day {day}", start=f"{MONDAY + timedelta(day)}T09:00", end=f"{MONDAY + timedelta(day)}T10:00", time_zone="Europe/Berlin")
            desk.add_todo(summary=f"From the desk, day {day}", uid=f"desk-{day}")
            if day == 3:
                server.stop()  # and nobody's change is lost by that
                server.start()
            for n, phone in enumerate(phones):
                if (day + n) % 3 != 1:  # else it is out of reach today
                    phone.sync()

        # At the end everybody is in reach; what one brings, the other fetches.
        for phone in [*phones, *phones]:
            phone.sync()
        end = phones[0].everything()
        assert different(phones[1].everything(), end) == []
        new = Device(tmp_path / "new", household)  # what the server holds, byte for byte
        new.discover()
        new.sync()
        assert different(new.everything(), end) == []
        for c in client.principal().calendars():
            name = str(c.url).rstrip("/").rsplit("/", 1)[1]
            assert len(list(c.objects_by_sync_token())) == len(end[name])
        # What Umbra itself shows is the same.
        todos = household.get("/api/todos?limit=500")
        assert {t["uid"]: t["title"] for t in todos} == titles(end["todos"])
        assert len(household.get("/api/people?limit=500")) == len(end["people"])
        shown = titles({k: v for name in end if name.startswith("calendar-") for k, v in end[name].items()})
        assert len(shown) == sum(len(end[name]) for name in end if name.startswith("calendar-"))
        assert all(shown[o["uid"]] == o["title"] for o in household.get(f"/api/events?{WINDOW}&limit=500") if o["occurrence"] is None)
        # Nothing that somebody made is lost, but for people whom a phone deleted afterwards.
        for day in range(7):
            assert f"From the desk, day {day}" in titles(end["todos"]).values()
            assert f"Made by Umbra, day {day}" in shown.values()
        for collection, uid in sorted(made):
            assert collection == "people" or uid + ".ics" in end[collection]
