"""python-caldav: a client of programs, told no more than the server's bare address."""

from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import caldav
import pytest
from caldav.elements import dav

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture
def client(server, person):
    with caldav.DAVClient(url=server.url, username=person.name, password=person.app_password, require_tls=False, enable_rfc6764=False) as c:
        yield c


@pytest.fixture
def home(client):
    return client.principal()


@pytest.fixture
def personal(home):
    return home.calendar(name="Personal")


@pytest.fixture
def todos(home):
    return home.calendar(name="To-dos")


def at(day, hour, minute=0):
    return datetime(2031, 1, day, hour, minute, tzinfo=BERLIN)


def test_finds_everything_from_the_bare_address(home):
    found = {c.get_display_name(): c.get_supported_components() for c in home.calendars()}
    assert found == {"Personal": ["VEVENT"], "To-dos": ["VTODO"], "Reminders": ["VTODO"]}


def test_a_password_that_is_none_opens_nothing(server, person):
    with caldav.DAVClient(url=server.url, username=person.name, password="wrong", require_tls=False, enable_rfc6764=False) as c:
        with pytest.raises(caldav.lib.error.AuthorizationError):
            c.principal().calendars()


def test_an_event_is_made_changed_and_deleted(person, personal):
    event = personal.add_event(summary="Dentist", dtstart=at(8, 10), dtend=at(8, 11), location="Main Street", alarm_trigger=timedelta(minutes=-15), alarm_action="DISPLAY")
    made = person.event("Dentist")
    assert (made["start"], made["end"]) == ("2031-01-08T10:00:00+01:00", "2031-01-08T11:00:00+01:00")
    assert (made["location"], made["time_zone"], made["reminders"]) == ("Main Street", "Europe/Berlin", ["-PT15M"])

    with event.edit_icalendar_component() as c:
        c["SUMMARY"] = "Dentist, at last"
    event.save()
    assert person.event("Dentist") is None
    assert person.event("Dentist, at last")["id"] == made["id"]

    person.patch(f"/api/events/{made['id']}", location="Side Street")
    event.load()
    assert str(event.get_icalendar_component()["LOCATION"]) == "Side Street"
    assert str(event.get_icalendar_component()["SUMMARY"]) == "Dentist, at last"
    assert len(event.get_icalendar_component().subcomponents) == 1

    event.delete()
    assert person.event("Dentist, at last") is None
    assert [t["title"] for t in person.get("/api/trash")] == ["Dentist, at last"]


def test_an_occurrence_is_changed_from_both_sides(person, personal):
    series = personal.add_event(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y//EN\r\n"
        "BEGIN:VEVENT\r\nUID:choir\r\nDTSTAMP:20301201T080000Z\r\nDTSTART;TZID=Europe/Berlin:20310324T190000\r\n"
        "DTEND;TZID=Europe/Berlin:20310324T210000\r\nRRULE:FREQ=WEEKLY;COUNT=4\r\nSUMMARY:Choir\r\nEND:VEVENT\r\n"
        "BEGIN:VEVENT\r\nUID:choir\r\nRECURRENCE-ID;TZID=Europe/Berlin:20310407T190000\r\nDTSTAMP:20301201T080000Z\r\n"
        "DTSTART;TZID=Europe/Berlin:20310408T180000\r\nDTEND;TZID=Europe/Berlin:20310408T200000\r\nSUMMARY:Choir at the church\r\nEND:VEVENT\r\n"
        "END:VCALENDAR\r\n"
    )
    # Summer time begins on the 30th: the wall clock stays.
    assert person.occurrences("choir") == [
        ("2031-03-24T19:00:00+01:00", "Choir"),
        ("2031-03-31T19:00:00+02:00", "Choir"),
        ("2031-04-08T18:00:00+02:00", "Choir at the church"),
        ("2031-04-14T19:00:00+02:00", "Choir"),
    ]

    event = person.event("Choir at the church")
    person.ask("PATCH", f"/api/events/{event['id']}?scope=this&occurrence=2031-03-31T19:00:00", {"title": "Choir, with cake"})
    seen = personal.search(event=True, start=datetime(2031, 3, 1), end=datetime(2031, 5, 1), expand=True)
    said = sorted((e.get_icalendar_component()["DTSTART"].dt.astimezone(timezone.utc).strftime("%m-%d %H:%M"), str(e.get_icalendar_component()["SUMMARY"])) for e in seen)
    assert said == [("03-24 18:00", "Choir"), ("03-31 17:00", "Choir, with cake"), ("04-08 16:00", "Choir at the church"), ("04-14 17:00", "Choir")]

    series.load()
    with series.edit_icalendar_component() as c:
        c.add("EXDATE", datetime(2031, 4, 14, 19, tzinfo=BERLIN))
    series.save()
    assert [title for _, title in person.occurrences("choir")] == ["Choir", "Choir, with cake", "Choir at the church"]


def test_a_todo_its_part_and_its_repetition(person, todos):
    whole = todos.add_todo(summary="Move house", due=at(20, 18), priority=1, categories=["home"], uid="whole")
    todos.add_todo(summary="Pack the books", uid="part", parent=["whole"])
    made = person.todo("Move house")
    assert (made["due_date"], made["due_time"], made["priority"], made["tags"]) == ("2031-01-20", "18:00", "high", ["home"])
    assert person.todo("Pack the books")["parent_id"] == made["id"]

    person.patch(f"/api/todos/{person.todo('Pack the books')['id']}", completed=True)
    assert [str(t.get_icalendar_component()["SUMMARY"]) for t in todos.todos()] == ["Move house"]
    part = todos.todo_by_uid("part").get_icalendar_component()
    assert (str(part["STATUS"]), str(part["RELATED-TO"])) == ("COMPLETED", "whole")

    whole.load()
    whole.complete()
    assert person.todo("Move house")["completed"] is True
    assert todos.todos() == []

    person.post("/api/todos", title="Water the plants", due_date="2031-01-06", recurrence_rule="FREQ=WEEKLY", reminders=["-PT30M"])
    plants = todos.search(todo=True, summary="Water the plants")[0]
    assert plants.get_icalendar_component()["RRULE"].to_ical() == b"FREQ=WEEKLY"
    assert [a.name for a in plants.get_icalendar_component().subcomponents] == ["VALARM"]


def test_a_reminder_rings_by_its_alarm(person, home):
    reminders = home.calendar(name="Reminders")
    reminders.add_todo(summary="Take the pills", due=at(9, 8), alarm_trigger=at(9, 7, 45).astimezone(timezone.utc), alarm_action="DISPLAY")
    assert person.reminder("Take the pills")["remind_at"] in ("2031-01-09T06:45:00Z", "2031-01-09T07:45:00+01:00")
    made = person.post("/api/reminders", title="Call Mum", remind_at="2031-01-09T17:00:00Z")
    call = reminders.todo_by_uid(made["uid"]).get_icalendar_component()
    # It rings when it is due.
    assert call["DUE"].dt == at(9, 18)
    assert [a["TRIGGER"].dt for a in call.walk("VALARM")] == [timedelta(0)]


def test_calendars_and_lists_are_made_renamed_and_deleted(person, home):
    choir = home.make_calendar(name="Choir", cal_id="choir")
    made = person.calendar("Choir")
    assert made is not None
    choir.set_properties([dav.DisplayName("Choir and band")])
    assert person.calendar("Choir and band")["id"] == made["id"]
    person.patch(f"/api/calendars/{made['id']}", name="Music")
    assert "Music" in [c.get_display_name() for c in home.calendars()]
    choir.delete()
    assert person.calendar("Music") is None

    home.make_calendar(name="Garden", cal_id="garden", supported_calendar_component_set=["VTODO"]).add_todo(summary="Rake the leaves")
    project = person.project("Garden")
    assert [t["title"] for t in person.get(f"/api/projects/{project['id']}/tasks")] == ["Rake the leaves"]


def test_a_sync_token_tells_what_changed(person, personal):
    personal.add_event(summary="Stays", dtstart=at(8, 10), dtend=at(8, 11))
    goes = personal.add_event(summary="Goes", dtstart=at(9, 10), dtend=at(9, 11))
    known = personal.objects_by_sync_token(load_objects=True)
    assert len(known) == 2
    person.post("/api/events", title="Comes", start="2031-01-10T10:00", end="2031-01-10T11:00", time_zone="Europe/Berlin")
    person.delete(f"/api/events/{person.event('Goes')['id']}")
    added, deleted = known.sync()
    assert [str(e.get_icalendar_component()["SUMMARY"]) for e in added] == ["Comes"]
    assert [e.url for e in deleted] == [goes.url]
    again = known.sync()
    assert [list(x) for x in again] == [[], []]


def test_a_change_of_what_has_changed_meanwhile_is_refused(person, personal):
    event = personal.add_event(summary="Lunch", dtstart=at(8, 12), dtend=at(8, 13))
    event.load()
    person.patch(f"/api/events/{person.event('Lunch')['id']}", title="Late lunch")
    with event.edit_icalendar_component() as c:
        c["SUMMARY"] = "Early lunch"
    with pytest.raises(caldav.lib.error.DAVError):
        event.save()
    assert person.event("Early lunch") is None
    assert person.event("Late lunch") is not None
