"""Real clients against the real executable, on each engine that is at hand.

Every assertion that holds is counted by client; `make test-clients` ends with the sums.
"""

import os
from collections import Counter

import pytest

from house import Server

ENGINES = ["sqlite"] + (["postgres"] if os.environ.get("UMBRA_TEST_POSTGRES") else [])
counted = Counter()


@pytest.fixture(scope="session", params=ENGINES)
def server(request):
    s = Server(os.environ["UMBRA_TEST_POSTGRES"] if request.param == "postgres" else "")
    yield s
    s.stop()
    assert s.errors() == []


@pytest.fixture
def person(server):
    return server.person()


def client_of(item):
    return item.path.stem.removeprefix("test_")


def pytest_assertion_pass(item):
    counted[client_of(item)] += 1


@pytest.fixture
def count(request):
    """Counts checks that a client of another language made itself."""
    return lambda n: counted.update({client_of(request.node): n})


def pytest_terminal_summary(terminalreporter):
    terminalreporter.write_line("checks that held, by client: " + ", ".join(f"{c} {n}" for c, n in sorted(counted.items())))
