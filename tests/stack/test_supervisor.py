"""`python -m bsm.stack up`: the whole portal, up, kept up, and gone when it is ended."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bsm.stack import addresses
from tests.stack.conftest import bare_environment

pytestmark = pytest.mark.slow

GONE_WITHIN_SECONDS = 10


class Portal:
    """A portal in a home of its own, on a free port."""

    def __init__(self, home: Path, **environment: str) -> None:
        self.home = home
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.environment = bare_environment(
            BSM_HOME=str(home), BSM_PORT=str(self.port), **environment
        )
        self.process = self.start()
        self.lines: list[str] = []

    def start(self) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "bsm.stack", "up"],
            cwd=addresses.PROJECT,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def read_until_ready(self) -> str:
        """All it prints up to the line that says where it is."""
        assert self.process.stdout is not None
        self.lines = []
        for line in self.process.stdout:
            self.lines.append(line)
            if line.startswith("Portal ready at"):
                return "".join(self.lines)
        raise AssertionError("".join(self.lines))

    def get(self, path: str) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        finally:
            connection.close()

    def processes(self) -> dict[int, str]:
        """Everything that runs for this home, the guard and PostgreSQL's own included."""
        found = {}
        # PostgreSQL knows only its own directory, which root's home may have elsewhere.
        places = {str(self.home), str((self.home / "postgres").resolve())}
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                words = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                environment = (entry / "environ").read_bytes()
                state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
            except OSError:
                continue
            named = f"BSM_HOME={self.home}\0".encode() in environment
            ours = named or any(place in words for place in places)
            if ours and state != "Z":
                found[int(entry.name)] = words
        return found

    def pid_of(self, words: str) -> int:
        """The eldest of them: the one the supervisor started."""
        return min(pid for pid, line in self.processes().items() if words in line)


@pytest.fixture
def portal(stack_home: Path) -> Iterator[Portal]:
    portal = Portal(stack_home, BSM_ADMIN_PASSWORD="a password of the test")
    try:
        yield portal
    finally:
        if portal.process.poll() is None:
            portal.process.send_signal(signal.SIGTERM)
            portal.process.wait(60)
        for pid in portal.processes():
            os.kill(pid, signal.SIGKILL)


def eventually(holds: Callable[[], bool], within_seconds: float) -> bool:
    deadline = time.monotonic() + within_seconds
    while time.monotonic() < deadline:
        if holds():
            return True
        time.sleep(0.1)
    return holds()


@pytest.mark.timeout(300)
def test_a_portal_comes_up_survives_a_kill_and_is_gone_when_it_is_asked_to_go(portal: Portal):
    said = portal.read_until_ready()

    assert said.endswith(f"Portal ready at http://127.0.0.1:{portal.port}\n")
    assert "PostgreSQL 18" in said
    assert "a password of the test" not in said
    assert (portal.get("/healthz"), portal.get("/readyz")) == (200, 200)
    running = " ".join(portal.processes().values())
    for words in ("gunicorn", "compute,notify,bulk", "-Q probe", "bsm.celery beat"):
        assert words in running
    assert (portal.home / "postgres_password").read_text() not in running

    # What is killed comes back by itself: the web process, and even the database.
    for words in ("gunicorn", "bin/postgres -D"):
        os.kill(portal.pid_of(words), signal.SIGKILL)
        assert eventually(lambda: not is_up(portal), 5)
        assert eventually(lambda: is_up(portal), 30)

    # A supervisor that is killed takes everything with it.
    portal.process.kill()
    portal.process.wait()
    assert eventually(lambda: not portal.processes(), GONE_WITHIN_SECONDS), portal.processes()

    # And the next one finds everything as it was, and ends in order.
    portal.process = portal.start()
    portal.read_until_ready()
    assert portal.get("/readyz") == 200
    portal.process.send_signal(signal.SIGINT)
    assert portal.process.wait(40) == 0
    assert portal.processes() == {}
    assert "database system is shut down" in (portal.home / "log" / "postgres.log").read_text()


def test_a_taken_port_is_refused_before_anything_starts(tmp_path: Path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = subprocess.run(
            [sys.executable, "-m", "bsm.stack", "up"],
            cwd=addresses.PROJECT,
            env=bare_environment(BSM_HOME=str(tmp_path / "home"), BSM_PORT=port),
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )

    assert done.returncode == 1
    assert f"port {port}" in done.stderr
    assert "BSM_PORT=" in done.stderr
    assert not (tmp_path / "home").exists()


def test_a_database_that_cannot_be_reached_is_told_in_a_sentence(tmp_path: Path):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    done = subprocess.run(
        [sys.executable, "-m", "bsm.stack", "up"],
        cwd=addresses.PROJECT,
        env=bare_environment(
            BSM_HOME=str(tmp_path / "home"),
            BSM_PORT=str(port),
            DATABASE_URL=f"postgresql://bsm:hidden@127.0.0.1:{port}/bsm",
            REDIS_URL="redis://127.0.0.1:1/0",
        ),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )

    assert done.returncode == 1
    assert "The database does not let us in" in done.stderr
    assert "Traceback" not in done.stderr
    assert "hidden" not in done.stdout + done.stderr


def is_up(portal: Portal) -> bool:
    try:
        return portal.get("/readyz") == 200
    except OSError:
        return False
