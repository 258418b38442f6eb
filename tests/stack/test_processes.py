"""A process that is started is a process that ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bsm.stack import processes
from bsm.stack.addresses import PROJECT
from bsm.stack.processes import Program, start, stop, tail

STUBBORN = "trap '' TERM; echo started; sleep 60 & wait"
PARENT = """
import sys
from pathlib import Path
from bsm.stack.processes import Guard, Program, start
guard = Guard()
words = ("sh", "-c", sys.argv[1])
child = start(Program("stubborn", words, {"PATH": "/usr/bin:/bin"}, Path(sys.argv[2])))
guard.add(child.pid)
print(child.pid, flush=True)
child.wait()
"""


def program(tmp_path: Path, words: str, *, grace_seconds: float = 5.0) -> Program:
    return Program(
        name="trial",
        argv=("sh", "-c", words),
        environment={"PATH": "/usr/bin:/bin"},
        log=tmp_path / "trial.log",
        grace_seconds=grace_seconds,
    )


def group_is_alive(leader: int) -> bool:
    """Whether anything of the group still runs; what is dead but not yet buried does not."""
    for entry in Path("/proc").iterdir():
        try:
            state, _parent, group = (entry / "stat").read_text().rpartition(")")[2].split()[:3]
        except (OSError, ValueError):
            continue
        if int(group) == leader and state != "Z":
            return True
    return False


@pytest.mark.slow
def test_a_killed_parent_takes_even_the_stubborn_and_their_children_along(tmp_path):
    log = tmp_path / "stubborn.log"
    command = [sys.executable, "-c", PARENT, STUBBORN, str(log)]
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        leader = int(parent.stdout.readline())
        while "started" not in tail(log):
            time.sleep(0.02)
        parent.kill()

    deadline = time.monotonic() + processes.GRACE_AFTER_A_KILL_SECONDS + 3
    while group_is_alive(leader) and time.monotonic() < deadline:
        time.sleep(0.1)

    assert not group_is_alive(leader)


def test_one_that_does_not_leave_in_its_grace_is_ended_with_its_children(tmp_path):
    stubborn = program(tmp_path, STUBBORN, grace_seconds=0.3)
    process = start(stubborn)
    while "started" not in tail(stubborn.log):
        time.sleep(0.02)

    stop(process, stubborn)

    assert process.returncode == -signal.SIGKILL
    # The kernel takes a moment to bury what was killed.
    deadline = time.monotonic() + 5
    while group_is_alive(process.pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not group_is_alive(process.pid)


def test_it_gets_the_environment_it_was_given_and_nothing_else(tmp_path, monkeypatch):
    monkeypatch.setenv("BSM_ADMIN_PASSWORD", "not for everybody")
    shows = program(tmp_path, "env")

    start(shows).wait()

    assert "not for everybody" not in tail(shows.log)
    assert "PATH=/usr/bin:/bin" in tail(shows.log)


def test_ctrl_c_in_the_terminal_does_not_reach_it(tmp_path):
    sleeper = program(tmp_path, "sleep 60")
    process = start(sleeper)

    try:
        assert os.getpgid(process.pid) == process.pid != os.getpgid(0)
        assert os.getsid(process.pid) == process.pid
    finally:
        stop(process, sleeper)


def test_a_log_that_has_grown_too_long_makes_room_and_one_before_it_is_kept(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(processes, "LOG_BYTES_KEPT", 10)
    says = program(tmp_path, "echo a long line of a log")
    start(says).wait()

    start(says).wait()

    assert says.log.read_text() == "a long line of a log\n"
    assert (tmp_path / "trial.log.1").read_text() == "a long line of a log\n"
