"""Install, start, set up, use, upgrade, back up, restore and remove, as the documentation says.

One machine lives through all of it: each test goes on where the one before ended.
"""

import base64
import os
import re
import subprocess

import pytest

from machine import PROJECT, Machine, until

INSTALL, BACKUP, MANUAL = "docs/install.md", "docs/backup.md", "packaging/manual/umbra-service.8.md"
AS_SERVICE = "sudo umbra "
# umbra-postgres is the other (make soak asks for both).
FLAVOURS = os.environ.get("UMBRA_TEST_FLAVOURS", "umbra").split(",")
WHO = {"username": "ann", "password": "an umbrella for every day"}


@pytest.fixture(scope="module", params=FLAVOURS)
def flavour(request):
    return request.param


@pytest.fixture(scope="module")
def debs(flavour):
    """Two packages of this tree, one newer than the other."""
    files = []
    for version in ("0.9.0", "0.9.1"):
        subprocess.run(["make", "--silent", "deb", f"SNAPSHOT={version}", f"FLAVOURS={flavour}"], cwd=PROJECT, check=True, stdout=subprocess.DEVNULL)
        files.append(next((PROJECT / "dist").glob(f"{flavour}_{version}*.deb")))
    return files


@pytest.fixture(scope="module")
def machine(flavour, tmp_path_factory):
    if os.geteuid() != 0:
        pytest.skip("a machine of its own needs root")
    m = Machine(tmp_path_factory.mktemp("machine"), package=flavour)
    try:
        m.start()
        yield m
    finally:
        m.remove()


def answers(m, port=8000):
    def asked():
        try:
            return m.http("GET", "/api/ready", port=port)
        except OSError:
            return False

    until(asked, m.journal)


def put(m, file):
    target = m.root / "root" / file.name
    target.write_bytes(file.read_bytes())
    return file.name


def log_in(m):
    _, headers = m.http("POST", "/api/auth/login", WHO)
    return {"Cookie": headers["Set-Cookie"].split(";")[0]}


def titles(m):
    return sorted(t["title"] for t in m.http("GET", "/api/todos", headers=log_in(m))[0])


def settings(m):
    return (m.root / "etc/umbra/umbra.env").read_text()


def test_install(machine, debs):
    machine.documented(INSTALL, "sudo apt install ./umbra_VERSION_linux_amd64.deb", VERSION=re.search("_(.*?)_", put(machine, debs[0])).group(1))
    answers(machine)
    assert "active" in machine.out("systemctl is-active umbra.service umbra.socket")
    assert machine.out("systemctl is-enabled umbra.service umbra.socket").split() == ["enabled", "enabled"]
    assert machine.out("stat -c '%U:%G %a' /var/lib/umbra /etc/umbra/umbra.env /usr/bin/umbra").splitlines() == ["umbra:umbra 700", "root:umbra 640", "root:root 755"]
    assert "0.9.0" in machine.out("umbra version")
    log = machine.out("journalctl -u umbra --no-pager")
    assert "set-up code" in log and "umbra serve --listen" not in log  # it is reached from elsewhere as it is
    for file in ("usr/share/man/man1/umbra.1.gz", "usr/share/man/man8/umbra-service.8.gz", "usr/share/bash-completion/completions/umbra"):
        assert (machine.root / file).stat().st_size > 100


def test_the_service_may_do_little(machine):
    """What the unit asks for is what the running process has."""
    said = machine.out("systemd-analyze security --threshold=15 --no-pager umbra.service")
    assert float(re.search(r"Overall exposure level for umbra.service: ([\d.]+)", said).group(1)) <= 1.5
    pid = machine.out("systemctl show -P MainPID umbra.service").strip()
    status = dict(line.split(":\t", 1) for line in machine.out(f"cat /proc/{pid}/status").splitlines() if ":\t" in line)
    assert {k: int(status[k], 16) for k in ("CapEff", "CapPrm", "CapBnd", "CapAmb")} == dict.fromkeys(("CapEff", "CapPrm", "CapBnd", "CapAmb"), 0)
    assert (status["NoNewPrivs"], status["Seccomp"]) == ("1", "2")
    assert machine.out(f"stat -c %U /proc/{pid}").strip() == "umbra"
    inside = f"nsenter -t {pid} -m -- "
    for place in ("/etc/x", "/usr/x", "/home/x", "/root/x", "/srv/x"):
        machine.out(f"{inside} touch {place}", code=1)
    machine.out(f"{inside} sh -c 'touch /var/lib/umbra/x && rm /var/lib/umbra/x'")
    assert "Type=notify" in machine.out("systemctl show -p Type umbra.service")


def test_set_up_and_use(machine):
    machine.http("POST", "/api/auth/setup", WHO, status=201)
    me = log_in(machine)
    machine.http("POST", "/api/todos", {"title": "Water the plants"}, me, status=201)
    token = machine.http("POST", "/api/auth/tokens", {"name": "phone", "scopes": ["dav"]}, me, status=201)[0]["token"]
    phone = {"Authorization": "Basic " + base64.b64encode(f"ann:{token}".encode()).decode(), "Content-Type": "text/calendar"}
    machine.http("PUT", "/dav/calendars/1/todos/a.ics", "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y//EN\r\nBEGIN:VTODO\r\nUID:a\r\n"
                 "DTSTAMP:20310101T000000Z\r\nSUMMARY:Buy soil\r\nEND:VTODO\r\nEND:VCALENDAR\r\n", phone, status=201)
    assert titles(machine) == ["Buy soil", "Water the plants"]
    assert "<!doctype html>" in machine.http("GET", "/")[0].lower()


def test_the_command_line_finds_the_same_data(machine):
    assert "ann" in machine.documented(MANUAL, AS_SERVICE + "user list")
    assert "/var/lib/umbra" in machine.documented(MANUAL, AS_SERVICE + "doctor")
    assert "run the command with sudo" in machine.out("runuser -u nobody umbra doctor", code=2)
    assert machine.out("find /var/lib/umbra ! -user umbra") == ""  # root did nothing as root


def test_a_power_cut(machine):
    machine.stop()
    machine.start()
    answers(machine)
    assert titles(machine) == ["Buy soil", "Water the plants"]


def test_another_port(machine):
    """Port 80, which needs no capability: systemd opens it."""
    machine.out("mkdir -p /etc/systemd/system/umbra.socket.d")
    (machine.root / "etc/systemd/system/umbra.socket.d/port.conf").write_text("[Socket]\nListenStream=\nListenStream=80\n")
    machine.out("systemctl daemon-reload && systemctl restart umbra.socket")
    answers(machine, port=80)
    (machine.root / "etc/systemd/system/umbra.socket.d/port.conf").unlink()
    machine.out("systemctl daemon-reload && systemctl restart umbra.socket")
    answers(machine)


def test_it_is_started_again_when_it_dies_or_hangs(machine):
    for signal in ("KILL", "STOP"):  # one that hangs is seen by the watchdog
        before = machine.out("systemctl show -P MainPID umbra.service")
        if signal == "STOP":
            machine.out("mkdir -p /run/systemd/system/umbra.service.d && printf '[Service]\\nWatchdogSec=3s\\n' > /run/systemd/system/umbra.service.d/watchdog.conf"
                        " && systemctl daemon-reload && systemctl restart umbra.service")
            answers(machine)
            before = machine.out("systemctl show -P MainPID umbra.service")
        machine.out(f"systemctl kill -s {signal} umbra.service")
        until(lambda: machine.out("systemctl show -P MainPID umbra.service") not in (before, "0\n"), machine.journal)
        answers(machine)
    machine.out("rm -r /run/systemd/system/umbra.service.d && systemctl daemon-reload && systemctl restart umbra.service")
    answers(machine)


def test_upgrade(machine, debs):
    (machine.root / "etc/umbra/umbra.env").write_text(settings(machine) + "\nUMBRA_ACCESS_LOG=on\n")
    before = machine.out("systemctl show -P MainPID umbra.service")
    machine.documented(INSTALL, "sudo apt install ./umbra_VERSION_linux_amd64.deb", VERSION=re.search("_(.*?)_", put(machine, debs[1])).group(1))
    answers(machine)
    assert "0.9.1" in machine.out("umbra version")
    assert machine.out("systemctl show -P MainPID umbra.service") != before
    assert "UMBRA_ACCESS_LOG=on" in settings(machine)
    assert machine.out("stat -c '%U:%G %a' /etc/umbra/umbra.env").strip() == "root:umbra 640"
    assert titles(machine) == ["Buy soil", "Water the plants"]
    assert "/api/todos" in machine.out("journalctl -u umbra --no-pager -n 50")


def test_back_up_and_restore(machine):
    file = "/var/lib/umbra/by-hand.tar.zst"
    machine.documented(MANUAL, AS_SERVICE + "backup FILE", FILE=file)
    me = log_in(machine)
    for t in machine.http("GET", "/api/todos", headers=me)[0]:
        machine.http("DELETE", f"/api/todos/{t['id']}", headers=me, status=204)
    assert titles(machine) == []
    machine.documented(BACKUP, "sudo systemctl stop umbra.socket umbra")
    machine.documented(BACKUP, AS_SERVICE + "restore FILE --replace", FILE=file)
    machine.documented(BACKUP, "sudo systemctl start umbra.socket umbra")
    answers(machine)
    assert titles(machine) == ["Buy soil", "Water the plants"]
    assert machine.out("find /var/lib/umbra ! -user umbra") == ""


def test_remove(machine, debs, flavour):
    machine.documented(INSTALL, "sudo apt remove umbra")
    assert "inactive" in machine.out("systemctl is-active umbra.service umbra.socket || true")
    assert "UMBRA_ACCESS_LOG=on" in settings(machine) and not (machine.root / "usr/bin/umbra").exists()
    machine.out(f"apt install ./{debs[1].name}")  # and all is there again
    answers(machine)
    assert titles(machine) == ["Buy soil", "Water the plants"]
    said = machine.documented(INSTALL, "sudo apt purge umbra")
    assert "/var/lib/umbra" in said  # what stays is said
    assert (machine.root / "var/lib/umbra" / {"umbra": "umbra.db", "umbra-postgres": "postgres"}[flavour]).exists()
    left = [f for place in ("etc", "usr", "lib") for f in machine.files(place) if "umbra" in f]
    assert left == []
    assert not machine.out("systemctl --failed --no-legend").strip()
