"""A Debian with nothing but a kernel and systemd: a folder, run in namespaces of its own.

No container engine is needed: root and a kernel with cgroup2 are. Its network
is a loopback of its own, which the test reaches by joining it for a connection.
"""

import ctypes
import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import threading
import time
from pathlib import Path

SUITE = "bookworm"
HERE = Path(__file__).parent
PROJECT = HERE.parent.parent
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "umbra-tests"
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def base():
    """The machine's folder as an archive, made once on this one."""
    archive = CACHE / f"debian-{SUITE}-1.tar"
    if not archive.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        new = archive.with_suffix(".new.tar")
        subprocess.run(["mmdebstrap", "--quiet", "--variant=apt", "--include=systemd,dbus", SUITE, new, *mirror()], check=True)
        new.rename(archive)
    return archive


def mirror():
    """Where this machine gets its Debian packages from; nothing where the tool knows."""
    for file in sorted(Path("/etc/apt/sources.list.d").glob("*.sources")):
        for line in file.read_text().splitlines():
            if line.startswith("URIs:") and line.rstrip("/").endswith("/debian"):
                return [line.split()[1]]
    return []


class Machine:
    def __init__(self, folder, package="umbra"):
        self.folder, self.package = Path(folder), package
        self.root = self.folder / "root"
        self.root.mkdir()
        subprocess.run(["tar", "-xf", base(), "-C", self.root, "--exclude=./dev/*"], check=True)
        self.groups = self.folder / "cgroup"
        self.groups.mkdir()
        subprocess.run(["mount", "-t", "cgroup2", "none", self.groups], check=True)
        self.group = self.groups / f"umbra-test-{os.getpid()}"
        self.process = None

    def start(self):
        self.group.mkdir(exist_ok=True)
        self.log = (self.folder / "boot.log").open("ab")
        self.process = subprocess.Popen(
            ["sh", "-c", f"echo $$ > {self.group}/cgroup.procs; exec unshare --pid --mount --net --uts --ipc --cgroup --fork --kill-child {HERE}/boot.sh {self.root}"],
            stdout=self.log, stderr=self.log, stdin=subprocess.DEVNULL)
        until(lambda: self.pid() and self.call("systemctl is-system-running").stdout == "running\n",
              lambda: (self.folder / "boot.log").read_text(errors="replace")[-3000:])

    def pid(self):
        kids = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return int(kids[0]) if kids and Path(f"/proc/{kids[0]}/comm").read_text() == "systemd\n" else None

    def stop(self):
        """Ends it as a power cut does."""
        if self.process:
            self.process.send_signal(signal.SIGKILL)  # and with it all that is in its namespaces
            self.process.wait()
            self.process = None

    def remove(self):
        self.stop()
        for _ in range(100):
            if not any((d / "cgroup.procs").read_text() for d in self.group.glob("**/") if (d / "cgroup.procs").exists()):
                break
            time.sleep(0.05)
        for d in sorted(self.group.glob("**/"), key=lambda d: -len(str(d))):
            d.rmdir()
        subprocess.run(["umount", self.groups], check=True)
        shutil.rmtree(self.root)

    def call(self, command, input=None):
        return subprocess.run(["nsenter", "-t", str(self.pid()), "-m", "-p", "-n", "-u", "-i", "-C", "--root",
                               "env", "-i", f"PATH={PATH}", "HOME=/root", "LANG=C.UTF-8", "DEBIAN_FRONTEND=noninteractive", "sh", "-ec", "cd /root; " + command],
                              input=input, capture_output=True, text=True)

    def out(self, command, input=None, code=0):
        """Runs a command as root there, and answers what it said."""
        done = self.call(command, input)
        assert done.returncode == code, f"{command}\n{done.returncode}\n{done.stdout}{done.stderr}\n{self.journal()}"
        return done.stdout + done.stderr

    def journal(self):
        return self.call("journalctl --no-pager -n 40").stdout

    def documented(self, page, line, **values):
        """Runs a line as a page of the documentation has it, with values in place of its names, and our package in that of the small one."""
        text = (PROJECT / page).read_text()
        assert line in [known.strip() for known in text.splitlines()], f"{page} does not say: {line}"
        line = line.replace("./umbra_", f"./{self.package}_").replace("apt remove umbra", f"apt remove {self.package}").replace("apt purge umbra", f"apt purge {self.package}")
        for name, value in values.items():
            line, found = re.subn(rf"(?<![A-Z]_){name}", value, line)
            assert found, f"{name} is not in {line}"
        return self.out(as_root(line), input="y\n")  # apt asks before it removes

    def files(self, folder):
        return sorted(str(p.relative_to(self.root)) for p in (self.root / folder).rglob("*"))

    def http(self, method, path, body=None, headers=None, port=8000, status=200):
        """A request from the machine to itself; answers JSON or text, and the header fields."""
        c = Connection(self.pid(), port)
        data = json.dumps(body) if isinstance(body, dict | list) else body
        kind = {"Content-Type": "application/json"} if isinstance(body, dict | list) else {}
        c.request(method, path, data, kind | (headers or {}))
        r = c.getresponse()
        text = r.read().decode()
        c.close()
        assert r.status == status, f"{method} {path}: {r.status} {text[:600]}\n{self.journal()}"
        return (json.loads(text) if "json" in r.headers.get("Content-Type", "") and text else text), r.headers


def as_root(line):
    """sudo is not there, and not needed: sudo -u NAME A=b COMMAND becomes what is the same."""
    words = line.split(" ")
    if words[0] != "sudo":
        return line
    if words[1] == "-u":
        return f"runuser -u {words[2]} -- env {' '.join(words[3:])}"
    return " ".join(words[1:])


class Connection(http.client.HTTPConnection):
    """A connection within the network of a process. A thread alone joins it: its socket stays there."""

    def __init__(self, pid, port):
        super().__init__("127.0.0.1", port, timeout=30)
        self.net = f"/proc/{pid}/ns/net"

    def connect(self):
        failure = []

        def join():
            try:
                with open(self.net) as net:
                    if ctypes.CDLL(None, use_errno=True).setns(net.fileno(), 0x40000000):  # CLONE_NEWNET
                        raise OSError(ctypes.get_errno(), "setns")
                self.sock = socket.create_connection((self.host, self.port), self.timeout)
            except OSError as error:
                failure.append(error)

        thread = threading.Thread(target=join)
        thread.start()
        thread.join()
        if failure:
            raise failure[0]


def until(holds, why=lambda: "", seconds=60):
    """Waits for what another program does; looks again soon, and gives up at last."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if holds():
            return
        time.sleep(0.1)
    raise AssertionError(f"it did not come to be within {seconds} s\n{why()}")
