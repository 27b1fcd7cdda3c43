"""Evolution Data Server, by which GNOME and Evolution sync, without a screen."""

import json
import os
import subprocess
from pathlib import Path

import pytest

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


class Desk:
    """eds_client.py, in a D-Bus session and a home of its own."""

    def __init__(self, folder, person):
        self.who = (person.name, person.app_password)
        self.url = person.server.url
        env = {k: v for k, v in os.environ.items() if not k.startswith(("XDG_", "DBUS_", "PYTHON"))} | {"HOME": str(folder), "XDG_RUNTIME_DIR": str(folder), "GSETTINGS_BACKEND": "memory"}
        program = ["dbus-run-session", "--", "/usr/bin/python3", str(Path(__file__).parent / "eds_client.py")]
        self.errors = (folder / "errors").open("w+")
        self.process = subprocess.Popen(program, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors, text=True)

    def __call__(self, *words):
        self.process.stdin.write(json.dumps(words) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        assert answer, Path(self.errors.name).read_text()
        answer = json.loads(answer)
        assert "ok" in answer, answer
        return answer["ok"]

    def close(self):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait(timeout=30)
        self.errors.close()


@pytest.fixture
def desk(tmp_path, person):
    d = Desk(tmp_path, person)
    yield d
    d.close()


def test_evolution(desk, person, server):
    found = {name: href for name, href, _ in desk("discover", desk.url, *desk.who)}
    assert {"Personal", "To-dos", "Reminders", "People"} <= set(found)
    for name, kind in (("Personal", "Calendar"), ("To-dos", "Task List"), ("People", "Address Book")):
        assert desk("open", name, kind, found[name], *desk.who) is True

    # An event with an alarm, repeating, and one occurrence of it changed.
    desk("create", "Personal", "BEGIN:VEVENT\r\nUID:choir\r\nDTSTAMP:20301201T080000Z\r\nDTSTART:20310106T180000Z\r\nDTEND:20310106T200000Z\r\n"
         "RRULE:FREQ=WEEKLY;COUNT=3\r\nSUMMARY:Choir\r\nBEGIN:VALARM\r\nX-EVOLUTION-ALARM-UID:a\r\nACTION:DISPLAY\r\nTRIGGER:-PT15M\r\nDESCRIPTION:Choir\r\nEND:VALARM\r\nEND:VEVENT\r\n")
    made = person.event("Choir")
    assert (made["start"], made["reminders"]) == ("2031-01-06T18:00:00Z", ["-PT15M"])
    person.ask("PATCH", f"/api/events/{made['id']}?scope=this&occurrence=2031-01-13T18:00:00", {"title": "Choir at the church"})
    person.post("/api/events", title="Lunch", start="2031-01-08T12:00", end="2031-01-08T13:00", time_zone="Europe/Berlin")
    assert desk("await", "Personal", '(contains? "summary" "church")', 1) is True
    assert desk("await", "Personal", '(contains? "summary" "Lunch")', 1) is True
    assert "TRIGGER:-PT15M" in desk("read", "Personal", "choir").replace("TRIGGER;VALUE=DURATION", "TRIGGER")
    desk("change", "Personal", "choir", "20310113T180000Z", "SUMMARY:Choir at the church", "SUMMARY:Choir in the garden")
    assert [t for _, t in person.occurrences("choir")] == ["Choir", "Choir in the garden", "Choir"]
    desk("delete", "Personal", "choir")
    assert person.event("Choir") is None
    person.delete(f"/api/events/{person.event('Lunch')['id']}")
    assert desk("await", "Personal", "#t", 0) is True

    # A to-do and its part.
    desk("create", "To-dos", "BEGIN:VTODO\r\nUID:whole\r\nDTSTAMP:20301201T080000Z\r\nSUMMARY:Move house\r\nCATEGORIES:home\r\nEND:VTODO\r\n")
    desk("create", "To-dos", "BEGIN:VTODO\r\nUID:part\r\nDTSTAMP:20301201T080000Z\r\nSUMMARY:Pack\r\nRELATED-TO:whole\r\nEND:VTODO\r\n")
    whole = person.todo("Move house")
    assert (whole["tags"], person.todo("Pack")["parent_id"]) == (["home"], whole["id"])
    person.patch(f"/api/todos/{whole['id']}", title="Move to the coast")
    assert desk("await", "To-dos", '(contains? "summary" "coast")', 1) is True
    desk("change", "To-dos", "whole", "", "SUMMARY:Move to the coast", "SUMMARY:Move to the hills")
    assert person.todo("Move to the hills")["id"] == whole["id"]
    desk("delete", "To-dos", "part")
    assert person.todo("Pack") is None

    # A person with a photo and a group.
    uid = desk("create", "People", "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ann Archer\r\nN:Archer;Ann;;;\r\nCATEGORIES:Choir\r\n"
               f"PHOTO;ENCODING=b;TYPE=PNG:{PIXEL}\r\nEND:VCARD\r\n")
    ann = person.person("Ann Archer")
    assert ann["groups"] == ["Choir"] and ann["photo"] is not None
    person.patch(f"/api/people/{ann['id']}", groups=["Choir", "Family"], nickname="Annie")
    assert desk("await", "People", '(is "nickname" "Annie")', 1) is True
    desk("change", "People", uid, "", "NICKNAME:Annie", "NICKNAME:Nan")
    changed = person.get(f"/api/people/{ann['id']}")
    assert (changed["nickname"], changed["groups"]) == ("Nan", ["Choir", "Family"])
    assert changed["photo"] is not None
    desk("delete", "People", uid)
    assert person.person("Ann Archer") is None

    # A reminder is a task with an alarm.
    assert desk("open", "Reminders", "Task List", found["Reminders"], *desk.who) is True
    desk("create", "Reminders", "BEGIN:VTODO\r\nUID:pills\r\nDTSTAMP:20301201T080000Z\r\nSUMMARY:Take the pills\r\nDUE:20310109T070000Z\r\n"
         "BEGIN:VALARM\r\nX-EVOLUTION-ALARM-UID:p\r\nACTION:DISPLAY\r\nTRIGGER;RELATED=END:-PT15M\r\nDESCRIPTION:x\r\nEND:VALARM\r\nEND:VTODO\r\n")
    pills = person.reminder("Take the pills")
    assert pills["remind_at"] in ("2031-01-09T06:45:00Z", "2031-01-09T07:45:00+01:00")
    person.post("/api/reminders", title="Call Mum", remind_at="2031-01-09T17:00:00Z")
    assert desk("await", "Reminders", '(contains? "summary" "Mum")', 1) is True
    desk("change", "Reminders", "pills", "", "SUMMARY:Take the pills", "SUMMARY:Take both pills")
    assert person.reminder("Take both pills")["id"] == pills["id"]

    # Calendars are made, renamed and deleted.
    home = found["Personal"].rstrip("/").rsplit("/", 1)[0] + "/"
    assert desk("make", desk.url, *desk.who, home + "choir/", "Choir") is True
    made = person.calendar("Choir")
    assert made["color"] == "#aa3311"
    assert desk("rename", desk.url, *desk.who, home + "choir/", "Choir and band") is True
    assert person.calendar("Choir and band")["id"] == made["id"]
    assert "Choir and band" in {name for name, _, _ in desk("discover", desk.url, *desk.who)}
    assert desk("remove", desk.url, *desk.who, home + "choir/") is True
    assert person.calendar("Choir and band") is None

    # Out of reach it shows what it holds; in reach again it fetches what came.
    server.stop()
    try:
        assert "Take both pills" in desk("read", "Reminders", "pills")
    finally:
        server.start()
    person.post("/api/reminders", title="Bins", remind_at="2031-01-10T17:00:00Z")
    assert desk("await", "Reminders", '(contains? "summary" "Bins")', 1) is True
