"""tsdav, the client of many web calendars; tsdav/client.mjs does and checks."""

import os
import subprocess
from pathlib import Path


def test_tsdav(server, person, count):
    env = os.environ | {"UMBRA_URL": server.url, "UMBRA_USER": person.name, "UMBRA_APP_PASSWORD": person.app_password, "UMBRA_COOKIE": person.headers["Cookie"]}
    done = subprocess.run(["node", "client.mjs"], cwd=Path(__file__).parent / "tsdav", env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    count(int(done.stdout))
