"""emersion/go-webdav's client; gowebdav/main.go does and checks."""

import os
import subprocess
from pathlib import Path

PROGRAM = Path(__file__).parent.parent / ".cache" / "client-gowebdav"


def test_gowebdav(server, person, count):
    env = os.environ | {"UMBRA_URL": server.url, "UMBRA_USER": person.name, "UMBRA_APP_PASSWORD": person.app_password, "UMBRA_COOKIE": person.headers["Cookie"]}
    done = subprocess.run([PROGRAM], env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    count(int(done.stdout))
