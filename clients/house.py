"""The real executable in a folder of its own, and people who live in it."""

import json
import os
import re
import socket
import subprocess
import tempfile
import urllib.error
import urllib.request
from pathlib import Path

BINARY = Path(os.environ.get("UMBRA_BIN", Path(__file__).parent.parent / "umbra")).resolve()
PASSWORD = "an umbrella for every day"

# What the tests make takes place in these two years, whenever they run.
WINDOW = "start=2030-07-01T00:00:00Z&end=2032-06-30T00:00:00Z"

# A password hash at full cost is another test's matter; the people log in from
# many addresses, as a proxy would name them.
CHEAP = {
    "UMBRA_ARGON2_MEMORY_KIB": "64",
    "UMBRA_ARGON2_TIME": "1",
    "UMBRA_ARGON2_PARALLELISM": "1",
    "UMBRA_TRUSTED_PROXIES": "127.0.0.1/32",
}


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Server:
    """`umbra serve` on a free port of this machine; database is empty for SQLite."""

    def __init__(self, database=""):
        self.folder = tempfile.TemporaryDirectory(prefix="umbra-clients-")
        own = {k: v for k, v in os.environ.items() if not k.startswith("UMBRA_") and k not in ("DATABASE_URL", "SECRET_KEY")}
        self.env = own | CHEAP | {"UMBRA_DATA_DIR": self.folder.name}
        if database:
            self.env["DATABASE_URL"] = database
        self.log = Path(self.folder.name) / "log"
        self.url = f"http://127.0.0.1:{free_port()}"
        self.accounts = 0
        self.start()
        self.run("user", "add", "keeper", "--admin", input=PASSWORD + "\n")

    def start(self):
        """Starts it, or starts it again at the address it had."""
        listen = self.url.removeprefix("http://")
        # What it prints comes through a pipe until it listens, so that nobody has to ask again and again.
        self.process = subprocess.Popen([BINARY, "serve", "--listen", listen], env=self.env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        said = []
        for line in self.process.stdout:
            said.append(line)
            if self.url in line:
                break
        else:
            raise RuntimeError("umbra serve ended:\n" + "".join(said))
        self.drain = subprocess.Popen(["cat"], stdin=self.process.stdout, stdout=self.log.open("a"))
        self.process.stdout.close()

    def stop(self):
        self.process.terminate()
        assert self.process.wait(timeout=30) == 0, "umbra serve did not end in order"
        self.drain.wait(timeout=30)

    def run(self, *args, input=""):
        """Runs a subcommand on the same data."""
        done = subprocess.run([BINARY, *args], env=self.env, input=input, capture_output=True, text=True)
        assert done.returncode == 0, f"umbra {' '.join(args)}: {done.stderr}"
        return done.stdout

    def errors(self):
        """Lines of the log that say of a defect."""
        text = self.log.read_text() if self.log.exists() else ""
        return [line for line in text.splitlines() if re.search(r"level=ERROR|panic", line)]

    def person(self, demo=False):
        self.accounts += 1
        name = f"person{self.accounts}"
        self.run("user", "add", name, input=PASSWORD + "\n")
        if demo:
            self.run("demo", name)
        return Person(self, name, self.accounts)


class Refused(Exception):
    def __init__(self, status, text):
        super().__init__(f"{status} {text}")
        self.status = status


class Person:
    """One account: the JSON API as its owner, and an app password for its devices."""

    def __init__(self, server, name, number):
        self.server, self.name = server, name
        self.headers = {"X-Forwarded-For": f"10.0.{number // 250}.{number % 250 + 1}"}
        self.post("/api/auth/login", username=name, password=PASSWORD)
        self.patch("/api/settings", time_zone="Europe/Berlin", language="en")
        self.app_password = self.post("/api/auth/tokens", name="A device", scopes=["dav"])["token"]

    def ask(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        headers = self.headers | ({"Content-Type": "application/json"} if data else {})
        request = urllib.request.Request(self.server.url + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request) as answer:
                if cookie := answer.headers.get("Set-Cookie"):
                    self.headers["Cookie"] = cookie.partition(";")[0]
                raw = answer.read()
        except urllib.error.HTTPError as e:
            raise Refused(e.code, f"{method} {path}: {e.read().decode()}") from None
        try:
            return json.loads(raw) if raw else None
        except ValueError:
            return raw

    def get(self, path):
        return self.ask("GET", path)

    def post(self, path, **body):
        return self.ask("POST", path, body)

    def patch(self, path, **body):
        return self.ask("PATCH", path, body)

    def delete(self, path):
        return self.ask("DELETE", path)

    def named(self, path, **fields):
        """The one record of a list whose fields are these; None where there is none."""
        query = ("&" if "?" in path else "?") + "limit=500"
        found = [r for r in self.get(path + query) if all(r[k] == v for k, v in fields.items())]
        assert len(found) < 2, f"{len(found)} of {path} are {fields}"
        return found[0] if found else None

    def todo(self, title):
        return self.named("/api/todos", title=title)

    def event(self, title):
        """The event of a title, as it is stored: of a series the whole of it."""
        found = {o["id"] for o in self.get(f"/api/events?{WINDOW}&limit=500") if o["title"] == title}
        assert len(found) < 2, f"{len(found)} events are called {title}"
        return self.get(f"/api/events/{found.pop()}") if found else None

    def occurrences(self, uid):
        """When an event takes place, and under which title."""
        return [(o["start"], o["title"]) for o in self.get(f"/api/events?{WINDOW}&limit=500") if o["uid"] == uid]

    def person(self, name):
        return self.named("/api/people", display_name=name)

    def reminder(self, title):
        return self.named("/api/reminders", title=title)

    def calendar(self, name):
        return self.named("/api/calendars", name=name)

    def project(self, name):
        return self.named("/api/projects", name=name)
