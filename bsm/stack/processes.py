"""Starting a process, and making sure that it ends."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn, TextIO

PR_SET_PDEATHSIG = 1  # <sys/prctl.h>
LOG_BYTES_KEPT = 10_000_000
TAIL_LINES = 15
GRACE_AFTER_A_KILL_SECONDS = 6.0

_libc = ctypes.CDLL(None, use_errno=True)


class CannotStart(Exception):
    """Something that the portal needs does not come up; the message says what to do."""


@dataclass(frozen=True)
class Account:
    """The user a process runs as, when it is not our own."""

    uid: int
    gid: int


@dataclass(frozen=True)
class Program:
    """What to run, as whom, and the signal that ends it without loss."""

    name: str
    argv: tuple[str, ...]
    environment: Mapping[str, str]
    log: Path
    ends_by: signal.Signals = signal.SIGTERM
    # What the kernel sends when we are killed: nobody waits then, so it may be harsher.
    dies_by: signal.Signals = signal.SIGTERM
    account: Account | None = None
    grace_seconds: float = 10.0
    # A place that every account can enter.
    directory: Path = Path("/")


def start(program: Program, *, output: TextIO | None = None) -> subprocess.Popen[bytes]:
    """Start it in a session of its own, so that Ctrl-C reaches the supervisor alone.

    What it prints goes to `output`, else to its log; what it complains of, to its log.
    Call from the main thread: the kernel ties a child to the thread that started it.
    """
    roll(program.log)
    account = program.account
    with program.log.open("ab") as log:
        # The user is changed before preexec_fn runs; a change after prctl would undo it.
        return subprocess.Popen(
            program.argv,
            cwd=program.directory,
            env=dict(program.environment),
            stdin=subprocess.DEVNULL,
            stdout=output or log,
            stderr=log,
            start_new_session=True,
            preexec_fn=die_with_parent(program.dies_by),  # noqa: PLW1509 (one thread)
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
        )


def stop(process: subprocess.Popen[bytes], program: Program) -> None:
    """End it gently; after its grace, end it and all of its group."""
    ask_to_leave(process, program)
    see_off(process, program)


def ask_to_leave(process: subprocess.Popen[bytes], program: Program) -> None:
    """Once only: at a second signal Celery drops the tasks it is about to finish."""
    if process.poll() is None:
        process.send_signal(program.ends_by)


def see_off(process: subprocess.Popen[bytes], program: Program) -> None:
    """Wait for one that was asked to leave, and end what stays."""
    try:
        process.wait(program.grace_seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    kill_group(process.pid)


def kill_group(leader: int) -> None:
    try:
        os.killpg(leader, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


def roll(log: Path) -> None:
    """Keep one older log, so that a portal that runs for a year does not fill the disk."""
    if log.exists() and log.stat().st_size > LOG_BYTES_KEPT:
        log.replace(log.with_suffix(".log.1"))


def tail(log: Path, lines: int = TAIL_LINES) -> str:
    """The end of a log, for a message about the process that wrote it."""
    if not log.exists():
        return ""
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - 8_192))
        text = file.read().decode(errors="replace")
    return "\n".join(f"  | {line}" for line in text.splitlines()[-lines:])


class Guard:
    """A small process that outlives a killed supervisor just long enough to end its children.

    PR_SET_PDEATHSIG reaches children, not grandchildren: a worker's pool would finish its
    task first, however long. The guard sees its pipe close and ends what is left. It shares
    the supervisor's lock file, so that no second stack starts before the first is gone.
    """

    def __init__(self) -> None:
        reader, self._writer = os.pipe()
        self._pid = os.fork()
        if self._pid == 0:
            os.close(self._writer)
            _watch(reader)
        os.close(reader)

    def add(self, leader: int) -> None:
        os.write(self._writer, f"+{leader}\n".encode())

    def remove(self, leader: int) -> None:
        os.write(self._writer, f"-{leader}\n".encode())

    def dismiss(self) -> None:
        """All children are gone: nothing to guard any more."""
        os.close(self._writer)
        os.waitpid(self._pid, 0)


def die_with_parent(by: signal.Signals) -> Callable[[], None]:
    parent = os.getpid()

    def before_exec() -> None:
        _libc.prctl(PR_SET_PDEATHSIG, int(by), 0, 0, 0)
        if os.getppid() != parent:  # killed between the fork and the line above
            os._exit(1)

    return before_exec


def _watch(reader: int) -> NoReturn:
    os.setsid()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        # Whoever reads the supervisor's output must see it end with the supervisor.
        os.dup2(nowhere, descriptor)
    leaders: set[int] = set()
    with os.fdopen(reader) as lines:
        for line in lines:
            change = leaders.add if line[0] == "+" else leaders.discard
            change(int(line[1:]))
    _end_all(leaders)
    os._exit(0)


def _end_all(leaders: Iterable[int]) -> None:
    left = set(leaders)
    deadline = time.monotonic() + GRACE_AFTER_A_KILL_SECONDS
    while left and time.monotonic() < deadline:
        left = {leader for leader in left if _is_alive(leader)}
        time.sleep(0.1)
    for leader in left:
        kill_group(leader)


def _is_alive(leader: int) -> bool:
    try:
        os.killpg(leader, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
