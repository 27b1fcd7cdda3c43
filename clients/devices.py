"""A device that syncs by vdirsyncer, with khal, todoman and khard on it."""

import os
import subprocess
import sys
from pathlib import Path

PROGRAMS = Path(sys.executable).parent


class Device:
    """A folder for each collection, in step with the server whenever sync is called.

    When two sides have changed the same, wins says which is right: "a" is the
    server ("b" the device); left out it is a conflict, and sync fails.
    """

    def __init__(self, folder, person, wins="a wins"):
        self.folder = Path(folder)
        self.folder.mkdir()
        self.person = person
        self.env = os.environ | {"HOME": str(self.folder), "TZ": "Europe/Berlin", "LC_ALL": "C.UTF-8", "EDITOR": "false"}
        for name in list(self.env):
            if name.startswith("XDG_"):
                del self.env[name]
        secrets = f'url = "{person.server.url}/"\nusername = "{person.name}"\npassword = "{person.app_password}"\n'
        pairs = ""
        for what, kind, ending in (("cal", "caldav", ".ics"), ("card", "carddav", ".vcf")):
            pairs += f"""
[pair {what}]
a = "{what}_server"
b = "{what}_local"
collections = ["from a", "from b"]
conflict_resolution = "{wins}"
metadata = ["displayname", "color"]

[storage {what}_server]
type = "{kind}"
{secrets}
[storage {what}_local]
type = "filesystem"
path = "{self.folder / what}"
fileext = "{ending}"
"""
        pairs = pairs.replace('metadata = ["displayname", "color"]\n\n[storage card', "\n[storage card")
        (self.folder / "vdirsyncer.conf").write_text(f'[general]\nstatus_path = "{self.folder}/status"\n{pairs}')
        (self.folder / "cal").mkdir()
        (self.folder / "card").mkdir()

    def call(self, program, *args, input=None, fails=False):
        done = subprocess.run([PROGRAMS / program, *args], env=self.env, cwd=self.folder, input=input, capture_output=True, text=True, timeout=60)  # some ask again and again where nobody answers
        assert (done.returncode != 0) == fails, f"{program} {' '.join(map(str, args))}: {done.returncode}\n{done.stdout}{done.stderr}"
        return done.stdout

    def vdirsyncer(self, *args, **how):
        return self.call("vdirsyncer", "-c", "vdirsyncer.conf", *args, **how)

    def discover(self):
        """Finds the collections of both sides, and makes here and there what the other has."""
        self.vdirsyncer("discover", input="y\n" * 50)

    def sync(self, **how):
        return self.vdirsyncer("sync", **how)

    def collection(self, name):
        return self.folder / ("card" if name == "people" else "cal") / name

    def files(self, name):
        """What lies in a collection here: by the name of each file, its text."""
        return {f.name: f.read_bytes().decode() for f in sorted(self.collection(name).glob("*.*")) if f.suffix in (".ics", ".vcf")}

    def everything(self):
        return {c.name: self.files(c.name) for kind in ("cal", "card") for c in sorted((self.folder / kind).iterdir()) if c.is_dir()}

    def put(self, collection, name, text):
        (self.collection(collection) / name).write_bytes(text.replace("\n", "\r\n").encode() if "\r" not in text else text.encode())

    def change(self, collection, name, old, new):
        """Changes a part of a file, which must be there once."""
        file = self.collection(collection) / name
        text = file.read_bytes().decode()
        assert text.count(old) == 1, f"{old} is {text.count(old)} times in\n{text}"
        file.write_bytes(text.replace(old, new).encode())

    def delete(self, collection, name):
        (self.collection(collection) / name).unlink()

    def khal(self, *args, **how):
        config = self.folder / "khal.conf"
        config.write_text(
            f"[calendars]\n[[all]]\npath = {self.folder}/cal/calendar-*\ntype = discover\n[locale]\nlocal_timezone = Europe/Berlin\n"
            "default_timezone = Europe/Berlin\ntimeformat = %H:%M\ndateformat = %Y-%m-%d\nlongdateformat = %Y-%m-%d\n"
            f"datetimeformat = %Y-%m-%d %H:%M\nlongdatetimeformat = %Y-%m-%d %H:%M\n[sqlite]\npath = {self.folder}/khal.db\n"
        )
        return self.call("khal", "-c", config, *args, **how)

    def todoman(self, *args, **how):
        config = self.folder / "todoman.py"
        config.write_text(
            f'path = "{self.folder}/cal/*"\ndate_format = "%Y-%m-%d"\ntime_format = "%H:%M"\ncache_path = "{self.folder}/todoman.db"\ndefault_due = 0\n'
        )
        return self.call("todo", "-c", config, *args, **how)

    def khard(self, *args, **how):
        config = self.folder / "khard.conf"
        config.write_text(f"[general]\neditor = false\nmerge_editor = false\n[addressbooks]\n[[people]]\npath = {self.folder}/card/people\n")
        return self.call("khard", "-c", config, *args, **how)
