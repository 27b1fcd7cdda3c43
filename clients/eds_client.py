"""Evolution Data Server, which GNOME and Evolution sync by, without a screen.

It runs with the system's Python (gi), in a D-Bus session of its own, and does
what each line of its input says: a JSON list of a verb and what it takes. Each is
answered by a line of JSON. test_eds.py says what is asked.
"""

import json
import sys
import threading

import gi

for name, version in (("EDataServer", "1.2"), ("ECal", "2.0"), ("EBook", "1.2"), ("EBookContacts", "1.2"), ("ICalGLib", "3.0")):
    gi.require_version(name, version)
from gi.repository import EBook, EBookContacts, ECal, EDataServer, GLib, ICalGLib  # noqa: E402

CALENDAR, TASKS, BOOK = "Calendar", "Task List", "Address Book"
registry, clients = None, {}


def credentials(user, password):
    c = EDataServer.NamedParameters.new()
    c.set("username", user)
    c.set("password", password)
    return c


def source(kind, url, user, password):
    """A source as Evolution keeps one; whenever it asks who, it is told."""
    u = GLib.Uri.parse(url, GLib.UriFlags.NONE)
    backend = "carddav" if kind == BOOK else "caldav"
    s = EDataServer.Source.new(None, None)
    s.set_display_name(kind)
    s.set_parent(backend + "-stub")
    s.get_extension(kind).set_backend_name(backend)
    a = s.get_extension("Authentication")
    a.set_host(u.get_host())
    a.set_port(u.get_port())
    a.set_user(user)
    a.set_method("plain/password")
    s.get_extension("Security").set_method("none")
    s.get_extension("WebDAV Backend").set_resource_path(u.get_path())
    s.get_extension("Offline").set_stay_synchronized(True)
    return s


def do_discover(url, user, password):
    s = source(CALENDAR, url, user, password)
    only = EDataServer.WebDAVDiscoverSupports
    both = int(only.EVENTS | only.TASKS | only.CONTACTS)
    answer = EDataServer.webdav_discover_sources_sync(s, url, both, credentials(user, password), None)
    found = answer[3] if isinstance(answer, tuple) else answer.out_discovered_sources
    return [[d.display_name, d.href, int(d.supports)] for d in found]


def session(url, user, password):
    """What Evolution makes, renames and deletes collections by."""
    s = source(CALENDAR, url, user, password)
    w = EDataServer.WebDAVSession.new(s)
    w.set_credentials(credentials(user, password))
    return w


def do_make(url, user, password, home, name):
    only = EDataServer.WebDAVResourceSupports
    return session(url, user, password).mkcalendar_sync(home, name, "", "#aa3311", int(only.EVENTS), None)


def do_rename(url, user, password, href, name):
    change = EDataServer.WebDAVPropertyChange.new_set("DAV:", "displayname", name)
    return session(url, user, password).update_properties_sync(href, [change], None)


def do_remove(url, user, password, href):
    return session(url, user, password).delete_sync(href, "infinity", None, None)


def do_open(name, kind, url, user, password):
    s = source(kind, url, user, password)
    registry.create_sources_sync([s], None)
    s = registry.ref_source(s.get_uid())
    c = credentials(user, password)
    s.connect("credentials-required", lambda s, *_: s.invoke_authenticate(c, None, None, None))
    if kind == BOOK:
        clients[name] = EBook.BookClient.connect_sync(s, 30, None)
    else:
        clients[name] = ECal.Client.connect_sync(s, ECal.ClientSourceType.EVENTS if kind == CALENDAR else ECal.ClientSourceType.TASKS, 30, None)
    return not clients[name].is_readonly()


def do_create(name, text):
    if isinstance(clients[name], EBook.BookClient):
        return clients[name].add_contact_sync(EBookContacts.Contact.new_from_vcard(text), 0, None)[1]
    return clients[name].create_object_sync(ICalGLib.Component.new_from_string(text), 0, None)[1]


def do_read(name, uid):
    """All that it holds of an object: series and changed occurrences."""
    if isinstance(clients[name], EBook.BookClient):
        return clients[name].get_contact_sync(uid, None)[1].to_string(EBookContacts.VCardFormat(1))
    return "".join(c.get_component().get_as_string() if hasattr(c, "get_component") else c.get_icalcomponent().as_ical_string() for c in clients[name].get_objects_for_uid_sync(uid, None)[1])


def do_change(name, uid, rid, old, new):
    """Changes a text in an object; rid names an occurrence of it."""
    c = clients[name]
    if isinstance(c, EBook.BookClient):
        text = c.get_contact_sync(uid, None)[1].to_string(EBookContacts.VCardFormat(1))
        assert text.count(old) == 1, text
        return c.modify_contact_sync(EBookContacts.Contact.new_from_vcard(text.replace(old, new)), 0, None)
    text = c.get_object_sync(uid, rid or None, None)[1].as_ical_string()
    assert text.count(old) == 1, text
    mode = ECal.ObjModType.THIS if rid else ECal.ObjModType.ALL
    return c.modify_object_sync(ICalGLib.Component.new_from_string(text.replace(old, new)), mode, 0, None)


def do_delete(name, uid):
    c = clients[name]
    if isinstance(c, EBook.BookClient):
        return c.remove_contact_by_uid_sync(uid, 0, None)
    return c.remove_object_sync(uid, None, ECal.ObjModType.ALL, 0, None)


def do_await(name, query, want):
    """Fetches what has changed, and answers when as many as are wanted match a query."""
    c = clients[name]
    arrived = threading.Event()

    def look(*_):
        found = c.get_contacts_uids_sync(query, None)[1] if isinstance(c, EBook.BookClient) else c.get_object_list_sync(query, None)[1]
        if len(found or []) == want:
            arrived.set()

    view = c.get_view_sync("#t" if not isinstance(c, EBook.BookClient) else '(contains "x-evolution-any-field" "")', None)[1]
    for signal in ("objects-added", "objects-modified", "objects-removed", "complete"):
        view.connect(signal, look)
    view.start()
    c.refresh_sync(None)
    look()
    came = arrived.wait(30)
    view.stop()
    return came


def serve(loop):
    global registry
    try:
        registry = EDataServer.SourceRegistry.new_sync(None)
        for line in sys.stdin:
            verb, *args = json.loads(line)
            try:
                answer = {"ok": globals()["do_" + verb](*args)}
            except Exception as e:  # told to who asked
                answer = {"wrong": f"{type(e).__name__}: {e}"}
            print(json.dumps(answer), flush=True)
    finally:
        loop.quit()


if __name__ == "__main__":
    main = GLib.MainLoop()
    threading.Thread(target=serve, args=(main,), daemon=True).start()
    main.run()
