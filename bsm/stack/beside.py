"""Run one command beside a PostgreSQL and a Valkey of its own, and clean up after it."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bsm.stack import addresses, places
from bsm.stack.embedded import Databases, start_databases
from bsm.stack.processes import Guard, die_with_parent


def run_beside(command: Sequence[str], home: Path | None) -> int:
    """Run the command and return its exit code. Without a home, in one thrown away after."""
    place = home or Path(tempfile.mkdtemp(prefix="bsm-"))
    lock = places.claim(place)
    guard = Guard()
    databases = Databases()
    # The command gets Ctrl-C from the terminal itself; we wait for it to end. A handler and
    # not SIG_IGN, which the command would inherit.
    signal.signal(signal.SIGINT, lambda *_: None)
    signal.signal(signal.SIGTERM, _as_interrupt)
    try:
        start_databases(place, guard, databases, throwaway=home is None, tell=lambda _: None)
        return _run(command, _environment(place, databases))
    finally:
        databases.stop(guard)
        guard.dismiss()
        lock.close()
        if home is None:
            _throw_away(place)


def keep(home: Path) -> None:
    """Stay up until somebody ends us; say how to reach what is up."""
    lock = places.claim(home)
    guard = Guard()
    databases = Databases()
    signal.signal(signal.SIGTERM, _as_interrupt)
    try:
        start_databases(home, guard, databases, throwaway=False, tell=lambda _: None)
        pairs = databases.variables.items()
        line = "export " + " ".join(f"{name}={shlex.quote(value)}" for name, value in pairs)
        addresses.write_private(home / "env.sh", line + "\n")
        print(line, flush=True)
        signal.pause()
    except KeyboardInterrupt:
        return
    finally:
        databases.stop(guard)
        guard.dismiss()
        lock.close()


def _run(command: Sequence[str], environment: dict[str, str]) -> int:
    child = subprocess.Popen(
        command,
        env=environment,
        preexec_fn=die_with_parent(signal.SIGTERM),  # noqa: PLW1509 (one thread)
    )
    try:
        return child.wait()
    except KeyboardInterrupt:
        child.terminate()
        return child.wait()


def _environment(place: Path, databases: Databases) -> dict[str, str]:
    environment = {**os.environ, **databases.variables, "BSM_HOME": str(place)}
    if databases.binaries:
        environment["PATH"] = f"{databases.binaries}:{environment.get('PATH', '')}"
    return environment


def _throw_away(place: Path) -> None:
    elsewhere = (place / "postgres").resolve()
    sockets = (places.short_name_of(wanted) for wanted in (elsewhere / "run", place / "valkey"))
    for made in (place, elsewhere, *sockets):
        shutil.rmtree(made, ignore_errors=True)


def _as_interrupt(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt
