"""Two devices that sync by vdirsyncer, and khal, todoman and khard on what it brings."""

import base64
import json

import pytest

from devices import Device

# The smallest picture: one pixel.
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


def calendar(*components):
    return "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//x//y//EN\n" + "".join(components) + "END:VCALENDAR\n"


def event(uid, lines):
    return f"BEGIN:VEVENT\nUID:{uid}\nDTSTAMP:20301201T080000Z\n{lines}END:VEVENT\n"


def todo(uid, lines):
    return f"BEGIN:VTODO\nUID:{uid}\nDTSTAMP:20301201T080000Z\n{lines}END:VTODO\n"


@pytest.fixture
def phone(tmp_path, person):
    d = Device(tmp_path / "phone", person)
    d.discover()
    return d


@pytest.fixture
def tablet(tmp_path, person, phone):
    d = Device(tmp_path / "tablet", person)
    d.discover()
    return d


def personal(person):
    return f"calendar-{person.calendar('Personal')['id']}"


def test_two_devices_and_the_server_keep_in_step(person, phone, tablet):
    days = personal(person)
    assert set(phone.everything()) == {days, "todos", "reminders", "people"}
    assert (phone.collection(days) / "displayname").exists() is False or (phone.collection(days) / "displayname").read_text() == "Personal"

    # Made on the phone and by the API.
    series = calendar(
        event("choir", "DTSTART;TZID=Europe/Berlin:20310324T190000\nDTEND;TZID=Europe/Berlin:20310324T210000\nRRULE:FREQ=WEEKLY;COUNT=4\nSUMMARY:Choir\n"
              "X-MOOD:loud\nBEGIN:VALARM\nACTION:DISPLAY\nTRIGGER:-PT30M\nDESCRIPTION:Choir\nEND:VALARM\n"),
        event("choir", "RECURRENCE-ID;TZID=Europe/Berlin:20310407T190000\nDTSTART;TZID=Europe/Berlin:20310408T180000\n"
              "DTEND;TZID=Europe/Berlin:20310408T200000\nSUMMARY:Choir at the church\n"),
    )
    phone.put(days, "choir.ics", series)
    phone.put("todos", "part.ics", calendar(todo("part", "SUMMARY:Pack the books\nRELATED-TO:whole\n")))
    phone.put("todos", "whole.ics", calendar(todo("whole", "SUMMARY:Move house\nDUE;VALUE=DATE:20310120\nCATEGORIES:home,big\n")))
    phone.put("reminders", "pills.ics", calendar(todo("pills", "SUMMARY:Take the pills\nDUE:20310109T070000Z\nBEGIN:VALARM\nACTION:DISPLAY\nTRIGGER:PT0S\nDESCRIPTION:x\nEND:VALARM\n")))
    phone.put("people", "ann.vcf", f"BEGIN:VCARD\nVERSION:3.0\nUID:ann\nFN:Ann Archer\nN:Archer;Ann;;;\nCATEGORIES:Choir,Family\nX-ODD:kept\nPHOTO;ENCODING=b;TYPE=PNG:{PIXEL}\nEND:VCARD\n")
    made = person.post("/api/events", title="Lunch", start="2031-01-08T12:00", end="2031-01-08T13:00", time_zone="Europe/Berlin", reminders=["-PT15M"])
    phone.sync()
    choir = person.event("Choir at the church")
    assert choir["reminders"] == ["-PT30M"]
    assert person.occurrences("choir") == [
        ("2031-03-24T19:00:00+01:00", "Choir"),
        ("2031-03-31T19:00:00+02:00", "Choir"),
        ("2031-04-08T18:00:00+02:00", "Choir at the church"),
        ("2031-04-14T19:00:00+02:00", "Choir"),
    ]
    whole, part = person.todo("Move house"), person.todo("Pack the books")
    assert (part["parent_id"], whole["due_date"], whole["tags"]) == (whole["id"], "2031-01-20", ["home", "big"])
    assert person.reminder("Take the pills")["remind_at"].startswith("2031-01-09T0")
    ann = person.person("Ann Archer")
    assert ann["groups"] == ["Choir", "Family"]
    assert person.get(f"/api/people/{ann['id']}/photo") == base64.b64decode(PIXEL)
    tablet.sync()
    assert tablet.everything() == phone.everything()
    assert tablet.files(days)["choir.ics"] == series.replace("\n", "\r\n")
    assert "TRIGGER:-PT15M" in tablet.files(days)[f"{made['uid']}.ics"]

    # Changed on the tablet and by the API; nothing else of the bytes changes.
    tablet.change(days, "choir.ics", "SUMMARY:Choir at the church", "SUMMARY:Choir in the garden")
    tablet.delete("todos", "part.ics")
    person.patch(f"/api/todos/{whole['id']}", title="Move to the coast")
    person.patch(f"/api/people/{ann['id']}", groups=["Family", "Neighbours"])
    person.delete(f"/api/events/{made['id']}")
    tablet.sync()
    phone.sync()
    assert ("2031-04-08T18:00:00+02:00", "Choir in the garden") in person.occurrences("choir")
    assert person.todo("Pack the books") is None and person.event("Lunch") is None
    assert phone.everything() == tablet.everything()
    assert "SUMMARY:Move to the coast" in phone.files("todos")["whole.ics"]
    card = phone.files("people")["ann.vcf"]
    assert "CATEGORIES:Family,Neighbours" in card and "X-ODD:kept" in card and "PHOTO;ENCODING=b;TYPE=PNG:" in card
    assert f"{made['uid']}.ics" not in phone.files(days)


def test_groups_that_are_cards(person, phone, tablet):
    """As iPhones and DAVx5 keep them: a card that names its members, who may arrive later."""
    phone.put("people", "ann.vcf", "BEGIN:VCARD\nVERSION:3.0\nUID:ann\nFN:Ann Archer\nN:Archer;Ann;;;\nEND:VCARD\n")
    phone.put("people", "choir.vcf", "BEGIN:VCARD\nVERSION:3.0\nUID:choir\nX-ADDRESSBOOKSERVER-KIND:group\nN:Choir\nFN:Choir\nX-ODD:kept\n"
              "X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:ann\nX-ADDRESSBOOKSERVER-MEMBER:urn:uuid:ben\nEND:VCARD\n")
    phone.sync()
    phone.put("people", "ben.vcf", "BEGIN:VCARD\nVERSION:3.0\nUID:ben\nFN:Ben Baker\nN:Baker;Ben;;;\nEND:VCARD\n")
    phone.sync()
    ann, ben = person.person("Ann Archer"), person.person("Ben Baker")
    assert (ann["groups"], ben["groups"]) == (["Choir"], ["Choir"])
    cleo = person.post("/api/people", given_name="Cleo", groups=["Choir"])
    person.patch(f"/api/people/{ann['id']}", groups=["Family"])
    tablet.sync()
    card = tablet.files("people")["choir.vcf"]
    assert f"MEMBER:urn:uuid:{cleo['uid']}\r\n" in card and "MEMBER:urn:uuid:ben\r\n" in card and "X-ODD:kept" in card and "uuid:ann" not in card
    # Renamed there, and somebody is in it no more.
    file = tablet.collection("people") / "choir.vcf"
    file.write_bytes(card.replace(":Choir\r\n", ":Chorus\r\n").replace("X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:ben\r\n", "").encode())
    tablet.sync()
    groups = {p["given_name"]: p["groups"] for p in person.get("/api/people")}
    assert groups == {"Ann": ["Family"], "Ben": [], "Cleo": ["Chorus"]}
    phone.sync()
    tablet.sync()
    phone.sync()
    assert phone.everything() == tablet.everything()
    phone.delete("people", "choir.vcf")
    phone.sync()
    assert person.person("Cleo")["groups"] == [] and [t["kind"] for t in person.get("/api/trash")] == ["group"]


def test_the_same_changed_on_both_sides_ends_equal(tmp_path, person, phone):
    days = personal(person)
    phone.put(days, "lunch.ics", calendar(event("lunch", "DTSTART:20310108T110000Z\nSUMMARY:Lunch\n")))
    phone.put(days, "stays.ics", calendar(event("stays", "DTSTART:20310109T110000Z\nSUMMARY:Stays\n")))
    phone.sync()
    phone.change(days, "lunch.ics", "SUMMARY:Lunch", "SUMMARY:Early lunch")
    person.patch(f"/api/events/{person.event('Lunch')['id']}", title="Late lunch")
    phone.sync()  # the server is right, as the device is set
    assert person.event("Late lunch") is not None and person.event("Early lunch") is None
    assert "SUMMARY:Late lunch" in phone.files(days)["lunch.ics"]
    # Of what one side has deleted and the other changed, the change stays.
    phone.delete(days, "lunch.ics")
    person.patch(f"/api/events/{person.event('Late lunch')['id']}", title="Very late lunch")
    phone.sync()
    assert person.event("Very late lunch") is not None
    assert "SUMMARY:Very late lunch" in phone.files(days)["lunch.ics"]


def test_a_collection_is_made_and_renamed(person, phone, tablet):
    made = person.post("/api/calendars", name="Choir", color="#aa3311")
    name = f"calendar-{made['id']}"
    phone.discover()
    phone.sync()
    assert phone.files(name) == {}
    phone.vdirsyncer("metasync")
    assert (phone.collection(name) / "displayname").read_text() == "Choir"
    (phone.collection(name) / "displayname").write_text("Choir and band")
    phone.vdirsyncer("metasync")
    assert person.calendar("Choir and band")["id"] == made["id"]
    phone.collection("band").mkdir()  # made on the phone: a calendar
    phone.discover()
    phone.put("band", "gig.ics", calendar(event("gig", "DTSTART:20310108T190000Z\nSUMMARY:Gig\n")))
    phone.sync()
    assert person.event("Gig")["calendar_id"] == person.calendar("band")["id"]
    tablet.discover()
    tablet.sync()
    assert list(tablet.files("band")) == ["gig.ics"]


def test_khal(person, phone):
    days = personal(person)
    phone.khal("new", "-a", days, "2031-01-08", "10:00", "11:00", "Dentist", "-l", "Main Street", "-m", "15m")
    phone.khal("new", "-a", days, "2031-01-09", "19:00", "21:00", "Choir", "-r", "weekly", "-u", "2031-01-31")
    phone.sync()
    made = person.event("Dentist")
    assert (made["start"], made["location"], made["reminders"]) == ("2031-01-08T10:00:00+01:00", "Main Street", ["-PT15M"])
    assert len(person.occurrences(person.event("Choir")["uid"])) == 4
    person.patch(f"/api/events/{made['id']}", title="Dentist, at last")
    person.ask("PATCH", f"/api/events/{person.event('Choir')['id']}?scope=this&occurrence=2031-01-16T19:00:00", {"title": "Choir, with cake"})
    phone.sync()
    said = phone.khal("list", "--format", "{start-date} {title}", "--day-format", "", "2031-01-01", "2031-02-10").splitlines()
    assert [line.replace(" ⏰", "") for line in said if line] == [
        "2031-01-08 Dentist, at last", "2031-01-09 Choir", "2031-01-16 Choir, with cake", "2031-01-23 Choir", "2031-01-30 Choir"]
    phone.khal("edit", "Dentist", input="D\ny\n")
    phone.sync()
    assert person.event("Dentist, at last") is None


def test_todoman(person, phone):
    person.post("/api/todos", title="Buy bread")
    phone.todoman("new", "-l", "todos", "--due", "2031-01-20 18:00", "--priority", "high", "-c", "home", "Water the plants")
    phone.sync()
    made = person.todo("Water the plants")
    assert (made["due_date"], made["due_time"], made["priority"], made["tags"]) == ("2031-01-20", "18:00", "high", ["home"])
    person.patch(f"/api/todos/{made['id']}", title="Water the garden")
    phone.sync()
    listed = {t["summary"]: t for t in json.loads(phone.todoman("--porcelain", "list"))}
    assert set(listed) == {"Buy bread", "Water the garden"}
    seen = listed["Water the garden"]
    # It knows no parts, and keeps what makes one a part.
    part = person.post("/api/todos", title="Fill the can", parent_id=made["id"], reminders=["-PT15M"], due_date="2031-01-20", due_time="17:00")
    phone.sync()
    can = next(t for t in json.loads(phone.todoman("--porcelain", "list")) if t["summary"] == "Fill the can")
    phone.todoman("edit", "--due", "2031-01-20 16:00", str(can["id"]))
    phone.sync()
    now = person.todo("Fill the can")
    assert (now["id"], now["parent_id"], now["due_time"], now["reminders"]) == (part["id"], made["id"], "16:00", ["-PT15M"])
    person.delete(f"/api/todos/{part['id']}")
    phone.sync()
    phone.todoman("done", str(seen["id"]))
    phone.sync()
    assert person.todo("Water the garden")["completed"] is True
    assert [t["summary"] for t in json.loads(phone.todoman("--porcelain", "list"))] == ["Buy bread"]
    phone.todoman("delete", "--yes", str(seen["id"]))
    phone.sync()
    assert person.todo("Water the garden") is None


def test_khard(person, phone):
    person.post("/api/people", given_name="Bea", family_name="Baker")
    phone.khard("new", "-a", "people", "-i", "-", input="First name: Ann\nLast name: Archer\nEmail:\n    work: ann@example.org\nPhone:\n    cell: '+49 30 1234'\nBirthday: 1980-02-29\nCategories: Choir\n")
    phone.sync()
    made = person.person("Ann Archer")
    assert (made["emails"][0]["value"], made["phones"][0]["value"], made["birthday"], made["groups"]) == ("ann@example.org", "+49 30 1234", "1980-02-29", ["Choir"])
    person.patch(f"/api/people/{made['id']}", family_name="Archer-Bowman", display_name="Ann Archer-Bowman")
    phone.sync()
    assert "Ann Archer-Bowman" in phone.khard("list")
    assert "02/29/80" in phone.khard("birthdays") and "ann@example.org" in phone.khard("email", "-p")
    # It knows no photos, and keeps one.
    person.patch(f"/api/people/{made['id']}", photo=f"data:image/png;base64,{PIXEL}")
    phone.sync()
    (phone.folder / "ann.yaml").write_text("First name: Ann\nLast name: Archer-Bowman\nFormatted name: Ann Archer-Bowman\nEmail:\n    work: ann@example.com\nCategories: Choir\n")
    phone.khard("edit", "-i", "ann.yaml", "Archer-Bowman", input="y\n")
    phone.sync()
    now = person.get(f"/api/people/{made['id']}")
    assert (now["emails"][0]["value"], now["groups"]) == ("ann@example.com", ["Choir"])
    assert person.get(f"/api/people/{made['id']}/photo") == base64.b64decode(PIXEL)
    phone.khard("remove", "--force", "Ann")
    phone.sync()
    assert person.person("Ann Archer-Bowman") is None
