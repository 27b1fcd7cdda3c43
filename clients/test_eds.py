"""Evolution Data Server, by which GNOME and Evolution sync, without a screen."""

import json
import os
import subprocess
from pathlib import Path

import caldav
import pytest

from house import WINDOW

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="

# It asks eds_client.py whether there is a network, and nobody for proxies.
NETWORK = {"GTK_USE_PORTAL": "1", "GIO_USE_NETWORK_MONITOR": "portal", "GIO_USE_PROXY_RESOLVER": "dummy"}


class Desk:
    """eds_client.py, in a D-Bus session and a home of its own."""

    def __init__(self, folder, person):
        self.who = (person.name, person.app_password)
        self.url = person.server.url
        env = {k: v for k, v in os.environ.items() if not k.startswith(("XDG_", "DBUS_", "PYTHON"))} | {"HOME": str(folder), "XDG_RUNTIME_DIR": str(folder), "GSETTINGS_BACKEND": "memory"} | NETWORK
        program = ["dbus-run-session", "--", "/usr/bin/python3", str(Path(__file__).parent / "eds_client.py")]
        self.errors = (folder / "errors").open("w+")
        self.process = subprocess.Popen(program, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors, text=True)

    def ask(self, *words):
        self.process.stdin.write(json.dumps(words) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        assert answer, Path(self.errors.name).read_text()
        return json.loads(answer)

    def refused(self, *words):
        return self.ask(*words)["wrong"]

    def __call__(self, *words):
        answer = self.ask(*words)
        assert "ok" in answer, answer
        return answer["ok"]

    def close(self):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait(timeout=30)
        self.errors.close()


@pytest.fixture
def switch_on(tmp_path, person):
    """Switches the desk on, again once it is closed."""
    desks = []

    def on():
        desks.append(Desk(tmp_path, person))
        return desks[-1]

    yield on
    desks[-1].close()


@pytest.fixture
def desk(switch_on):
    return switch_on()


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
        # What it cannot bring at once while there is a network, it does not take: who writes is told.
        assert "Connection refused" in desk.refused("change", "Reminders", "pills", "", "SUMMARY:Take both pills", "SUMMARY:Take no pills")
        assert "Connection refused" in desk.refused("create", "To-dos", VTODO)
        assert "Take both pills" in desk("read", "Reminders", "pills")
    finally:
        server.start()
    person.post("/api/reminders", title="Bins", remind_at="2031-01-10T17:00:00Z")
    assert desk("await", "Reminders", '(contains? "summary" "Bins")', 1) is True
    assert desk("titles", "To-dos").keys() == {"whole"} and person.todo("Made here") is None


STAMP = "DTSTAMP:20301201T080000Z\r\n"
VEVENT = f"BEGIN:VEVENT\r\nUID:made\r\n{STAMP}DTSTART:20310106T180000Z\r\nDTEND:20310106T200000Z\r\nSUMMARY:Made here\r\nEND:VEVENT\r\n"
VTODO = f"BEGIN:VTODO\r\nUID:made\r\n{STAMP}SUMMARY:Made here\r\nEND:VTODO\r\n"
VCARD = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Made here\r\nN:;Here;;;\r\nEND:VCARD\r\n"

# Of each kind: its collection on the desk, what stands before a title there, and one that is made there; its path
# and the name of a title in Umbra, and what else it is made of there.
KINDS = {
    "Personal": ("Calendar", "SUMMARY", VEVENT, "/api/events", "title", {"start": "2031-01-08T12:00", "end": "2031-01-08T13:00", "time_zone": "Europe/Berlin"}),
    "To-dos": ("Task List", "SUMMARY", VTODO, "/api/todos", "title", {}),
    "People": ("Address Book", "FN", VCARD, "/api/people", "display_name", {"given_name": "Somebody"}),
}
HERE, THERE = " at the desk", " in Umbra"

# What the desk does to a record while it is away, what Umbra does to it meanwhile, what both call it in the end,
# and what the trash does.
FATES = {
    "Left alone": (None, None, "Left alone", None),
    "Changed here": ("change", None, "Changed here" + HERE, None),
    "Deleted here": ("delete", None, None, "Deleted here"),
    "Changed there": (None, "change", "Changed there" + THERE, None),
    "Deleted there": (None, "delete", None, "Deleted there"),
    "Changed on both": ("change", "change", "Changed on both" + THERE, None),
    "Changed here but deleted there": ("change", "delete", None, "Changed here but deleted there"),
    "Deleted here but changed there": ("delete", "change", None, "Deleted here but changed there" + THERE),
    "Deleted on both": ("delete", "delete", None, "Deleted on both"),
}


class Household:
    """A record of each fate and kind, in Umbra and on a desk."""

    def __init__(self, desk, person):
        self.person = person
        self.found = {name: href for name, href, _ in desk("discover", desk.url, *desk.who)}
        self.records = {name: {first: self.make(name, first) for first in FATES} for name in KINDS}

    def make(self, name, first):
        *_, path, title, more = KINDS[name]
        return self.person.post(path, **more, **{title: first})

    def open(self, desk, suffix="", **how):
        for name, (kind, *_) in KINDS.items():
            assert desk("open", name + suffix, kind, self.found[name], *desk.who, *how.values()) is True

    def at_desk(self, desk, what):
        for name, (_, before, *_) in KINDS.items():
            for first, (here, *_) in FATES.items():
                uid = self.records[name][first]["uid"]
                if here == what == "change":
                    desk("change", name, uid, "", f"{before}:{first}\r\n", f"{before}:{first}{HERE}\r\n")
                elif here == what:
                    desk("delete", name, uid)

    def in_umbra(self):
        for name, (*_, path, title, _) in KINDS.items():
            for first, (_, there, *_) in FATES.items():
                at = f"{path}/{self.records[name][first]['id']}"
                if there == "change":
                    self.person.patch(at, **{title: first + THERE})
                elif there == "delete":
                    self.person.delete(at)

    def titles(self, name, of):
        """By uid what the records of a kind are called, when of says so of what they were called first."""
        return {r["uid"]: title for first, r in self.records[name].items() if (title := of(first))}

    def umbra(self):
        """What Umbra holds of each kind, sorted: uid and title, and of a series those of each time."""
        rows = {name: self.person.get(f"{path}?limit=500&{WINDOW if name == 'Personal' else ''}") for name, (*_, path, _, _) in KINDS.items()}
        return {name: sorted((r["uid"], r[title]) for r in rows[name]) for name, (*_, title, _) in KINDS.items()}


def test_offline(switch_on, person, server):
    """The desk writes where Umbra is out of reach, is switched off and on again, and all of it comes home."""
    desk = switch_on()
    home = Household(desk, person)
    choir = person.post("/api/events", title="Choir", start="2031-01-06T18:00", end="2031-01-06T20:00", time_zone="Europe/Berlin", recurrence_rule="FREQ=WEEKLY;COUNT=3")
    second = f"{choir['uid']} 20310113T180000"
    person.ask("PATCH", f"/api/events/{choir['id']}?scope=this&occurrence=2031-01-13T18:00:00", {"title": "Choir at the church"})
    bins = person.post("/api/todos", title="Bins")
    beside = {"Personal": {choir["uid"]: "Choir", second: "Choir at the church"}, "To-dos": {bins["uid"]: "Bins"}, "People": {}}
    home.open(desk)
    for name in KINDS:
        start = home.titles(name, lambda first: first) | beside[name]
        assert desk("hold", name, start) == start

    # There is no network.
    before = home.umbra()
    assert desk("network", False) is True
    home.at_desk(desk, "change")
    desk("change", "Personal", *second.split(), "SUMMARY:Choir at the church", "SUMMARY:Choir in the garden")
    desk("change", "To-dos", bins["uid"], "", "STATUS:NEEDS-ACTION", "STATUS:COMPLETED")
    assert home.umbra() == before
    home.in_umbra()
    there = {name: home.make(name, "Made there")["uid"] for name in KINDS}

    # Switched on again where there is a network, and no Umbra to reach by it.
    desk.close()
    server.stop()
    try:
        desk = switch_on()
        home.open(desk, reached=False)
        home.at_desk(desk, "delete")
        here = {name: desk("create", name, text) for name, (_, _, text, *_) in KINDS.items()}
    finally:
        server.start()

    # Home again.
    beside["Personal"][second] = "Choir in the garden"
    end = {name: home.titles(name, lambda first: FATES[first][2]) | {here[name]: "Made here", there[name]: "Made there"} | beside[name] for name in KINDS}
    for name in KINDS:
        assert desk("hold", name, end[name]) == end[name]
    assert "412" not in str(desk("complaints"))  # not even of what it has lost
    umbra = home.umbra()
    times = [title for uid, title in umbra["Personal"] if uid == choir["uid"]]
    assert sorted(times) == ["Choir", "Choir", "Choir in the garden"]
    for name in KINDS:
        assert [row for row in umbra[name] if row[0] != choir["uid"]] == sorted((uid, title) for uid, title in end[name].items() if choir["uid"] not in uid)
    assert person.todo("Bins")["completed"] is True
    trash = sorted((t["kind"], t["title"]) for t in person.get("/api/trash?limit=500"))
    assert trash == sorted((kind, title) for kind in ("event", "todo", "person") for *_, title in FATES.values() if title)

    # What it holds is, to the letter and with the same ETags, what who comes anew is given.
    home.open(desk, "-anew")
    for name in KINDS:
        assert desk("hold", name + "-anew", end[name]) == end[name]
        assert desk("texts", name + "-anew") == desk("texts", name)


def test_the_same_made_on_both(desk, person, server):
    """An invitation that was taken on the desk while it was away, and on a phone."""
    href = next(href for name, href, _ in desk("discover", desk.url, *desk.who) if name == "Personal")
    assert desk("open", "Personal", "Calendar", href, *desk.who) is True
    assert desk("network", False) is True
    desk("create", "Personal", VEVENT)
    with caldav.DAVClient(url=server.url, username=person.name, password=person.app_password, require_tls=False, enable_rfc6764=False) as phone:
        text = VEVENT.replace("Made here", "Made on the phone")
        phone.calendar(url=href).save_event(f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y//EN\r\n{text}END:VCALENDAR\r\n")
    assert desk("network", True) is True
    # It says so and goes on with nothing, until its own is deleted there; the phone's stays, and comes.
    assert "412" in " ".join(desk("complaint", "Personal"))
    assert person.event("Made here") is None
    assert desk("titles", "Personal") == {"made": "Made here"}
    desk("delete", "Personal", "made")
    assert desk("hold", "Personal", {"made": "Made on the phone"}) == {"made": "Made on the phone"}
    assert person.event("Made on the phone")["uid"] == "made" and person.get("/api/trash") == []
