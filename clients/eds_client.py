"""Evolution Data Server, which GNOME and Evolution sync by, without a screen.

It runs with the system's Python (gi), in a D-Bus session of its own, and does
what each line of its input says: a JSON list of a verb and what it takes. Each is
answered by a line of JSON. test_eds.py says what is asked.
"""

import json
import sys
import threading
import time

import gi

for name, version in (("EDataServer", "1.2"), ("ECal", "2.0"), ("EBook", "1.2"), ("EBookContacts", "1.2"), ("ICalGLib", "3.0")):
    gi.require_version(name, version)
from gi.repository import EBook, EBookContacts, ECal, EDataServer, Gio, GLib, GObject, ICalGLib  # noqa: E402

CALENDAR, TASKS, BOOK = "Calendar", "Task List", "Address Book"
EVERYBODY = '(contains "x-evolution-any-field" "")'
registry, clients, told = None, {}, {}


class Network:
    """The desktop's word on whether there is a network, by the portal that GLib asks for it."""

    PATH, NAME = "/org/freedesktop/portal/desktop", "org.freedesktop.portal.NetworkMonitor"
    TELLS = f"""<node><interface name="{NAME}">
        <method name="GetAvailable"><arg type="b" direction="out"/></method>
        <method name="GetMetered"><arg type="b" direction="out"/></method>
        <method name="GetConnectivity"><arg type="u" direction="out"/></method>
        <method name="CanReach"><arg type="s" direction="in"/><arg type="u" direction="in"/><arg type="b" direction="out"/></method>
        <property name="version" type="u" access="read"/>
    </interface></node>"""

    def __init__(self):
        self.there = True
        self.bus = Gio.bus_get_sync(Gio.BusType.SESSION, None)
        self.bus.register_object(self.PATH, Gio.DBusNodeInfo.new_for_xml(self.TELLS).interfaces[0], self.tell, lambda *_: GLib.Variant("u", 3), None)
        Gio.bus_own_name_on_connection(self.bus, "org.freedesktop.portal.Desktop", 0, None, None)

    def tell(self, bus, sender, path, interface, question, about, call):
        # How good it is stays the same: GLib would tell of that change on its own, and that the network is gone once more.
        same = {"GetMetered": GLib.Variant("(b)", (False,)), "GetConnectivity": GLib.Variant("(u)", (4,))}
        call.return_value(same.get(question, GLib.Variant("(b)", (self.there,))))

    def turn(self, there):
        self.there = there
        self.bus.emit_signal(None, self.PATH, self.NAME, "changed", None)


def credentials(user, password):
    c = EDataServer.NamedParameters.new()
    c.set("username", user)
    c.set("password", password)
    return c


def source(kind, url, user, password, uid=None):
    """A source as Evolution keeps one; whenever it asks who, it is told."""
    u = GLib.Uri.parse(url, GLib.UriFlags.NONE)
    backend = "carddav" if kind == BOOK else "caldav"
    s = EDataServer.Source.new_with_uid(uid, None) if uid else EDataServer.Source.new(None, None)
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


def connect(s, kind, seconds):
    if kind == BOOK:
        return EBook.BookClient.connect_sync(s, seconds, None)
    return ECal.Client.connect_sync(s, ECal.ClientSourceType.EVENTS if kind == CALENDAR else ECal.ClientSourceType.TASKS, seconds, None)


def do_open(name, kind, url, user, password, reached=True):
    """Opens a collection, which it keeps under that name; reached is whether to wait until it is."""
    s = registry.ref_source(name)
    if s is None:
        registry.create_sources_sync([source(kind, url, user, password, uid=name)], None)
        s = registry.ref_source(name)
    c = credentials(user, password)
    s.connect("credentials-required", lambda s, *_: s.invoke_authenticate(c, None, None, None))
    end = time.monotonic() + 30
    while name not in clients:
        try:
            clients[name] = connect(s, kind, 30 if reached else 0xFFFFFFFF)
        except GLib.Error as e:
            # Whoever is to open it may not have heard of it yet.
            if "No such source" not in e.message or time.monotonic() > end:
                raise
    told[name] = []
    GObject.Object.connect(clients[name], "backend-error", lambda c, text: told[name].append(text))
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


def wait(asked, *signals):
    """Waits until what is asked holds, asking again whenever one of the signals came."""
    came = threading.Event()
    handles = [(o, GObject.Object.connect(o, signal, lambda *_: came.set())) for o, signal in signals]  # a client's own connect is another
    end = time.monotonic() + 30
    try:
        while not (held := asked()) and came.wait(end - time.monotonic()):
            came.clear()
    finally:
        for o, handle in handles:
            o.disconnect(handle)
    return held


def fetch(c, asked):
    """Has what was changed brought and fetched, and waits until what is asked holds."""
    view = c.get_view_sync(EVERYBODY if isinstance(c, EBook.BookClient) else "#t", None)[1]
    view.start()
    c.refresh_sync(None)
    held = wait(asked, *[(view, signal) for signal in ("objects-added", "objects-modified", "objects-removed", "complete")])
    view.stop()
    return held


def do_await(name, query, want):
    """Fetches what has changed, and answers when as many as are wanted match a query."""
    c = clients[name]
    look = c.get_contacts_uids_sync if isinstance(c, EBook.BookClient) else c.get_object_list_sync
    return fetch(c, lambda: len(look(query, None)[1] or []) == want)


def do_titles(name):
    """What is there: by uid its title, a changed occurrence beside its series."""
    c = clients[name]
    if isinstance(c, EBook.BookClient):
        return {p.get_property("id"): p.get_property("full-name") for p in c.get_contacts_sync(EVERYBODY, None)[1]}
    found = {}
    for o in c.get_object_list_sync("#t", None)[1]:
        rid = o.get_recurrenceid()
        found[o.get_uid() + ("" if rid.is_null_time() else " " + rid.as_ical_string())] = o.get_summary()
    return found


def do_hold(name, want):
    """Brings and fetches what has changed, until there is what is wanted; answers what there is."""
    fetch(clients[name], lambda: do_titles(name) == want)
    return do_titles(name)


def do_texts(name):
    return {uid: do_read(name, uid) for uid in {key.split()[0] for key in do_titles(name)}}


def do_complaint(name):
    """Brings and fetches what has changed, until it tells the person what is wrong with that; answers what."""
    clients[name].refresh_sync(None)
    wait(lambda: told[name], (clients[name], "backend-error"))
    return told[name]


def do_complaints():
    return told


def do_network(there):
    """Takes the network away or gives it back; away is when everybody has noticed."""
    network.turn(there)
    signals = [s for c in clients.values() for s in ((c, "notify::online"), (c.get_source(), "notify::connection-status"))]
    gone = EDataServer.SourceConnectionStatus.DISCONNECTED
    return there or wait(lambda: all(not c.is_online() and c.get_source().get_connection_status() == gone for c in clients.values()), *signals)


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
    network = Network()
    main = GLib.MainLoop()
    threading.Thread(target=serve, args=(main,), daemon=True).start()
    main.run()
