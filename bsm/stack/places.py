"""The stack's home: who may use it, and where in it things lie."""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import stat
import tempfile
import time
from pathlib import Path
from typing import TextIO

from bsm.stack.processes import Account, CannotStart

SOCKET_PATH_BYTES = 107  # sun_path of unix(7) is 108 with its closing zero
LOCK_PATIENCE_SECONDS = 15.0


def claim(home: Path) -> TextIO:
    """Take the home for this process alone. Keep the file open for as long as it is ours."""
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    (home / "log").mkdir(exist_ok=True, mode=0o700)
    lock = (home / "lock").open("a+")
    deadline = time.monotonic() + LOCK_PATIENCE_SECONDS
    while not _locked(lock):
        lock.seek(0)
        owner = lock.read().strip()
        # A dead owner's guard holds the lock until the last of its processes has ended.
        if _is_running(owner) or time.monotonic() > deadline:
            lock.close()
            raise CannotStart(
                f"A portal is already running in {home} (process {owner or 'unknown'}).\n"
                "Stop it first, or choose another home: BSM_HOME=/another/directory make run"
            )
        time.sleep(0.1)
    lock.seek(0)
    lock.truncate()
    lock.write(str(os.getpid()))
    lock.flush()
    return lock


def socket_directory(wanted: Path, socket_name: str, account: Account | None) -> Path:
    """The wanted directory, or a short one when a socket's path would be too long there."""
    path = os.fsencode(wanted / socket_name)
    # Three programs quote such a path in three ways; plain characters need no quoting.
    if len(path) <= SOCKET_PATH_BYTES and re.fullmatch(rb"[A-Za-z0-9/._-]+", path):
        return make_private(wanted, account)
    return make_private(short_name_of(wanted), account)


def short_name_of(wanted: Path) -> Path:
    """Where the sockets of a directory go that cannot hold them itself."""
    name = hashlib.sha256(os.fsencode(wanted)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"bsm-{name}"


def make_private(directory: Path, account: Account | None) -> Path:
    """A directory that only this account can enter."""
    owner = account.uid if account else os.geteuid()
    if not directory.exists():
        directory.mkdir(mode=0o700, parents=True)
        if account:
            os.chown(directory, account.uid, account.gid)
    found = directory.lstat()
    # In a shared temporary directory somebody else may have been here before us.
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner or found.st_mode & 0o077:
        raise CannotStart(f"{directory} is not ours alone. Remove it and start again.")
    return directory


def reachable_by_others(directory: Path) -> bool:
    """Whether another user may walk down to this directory."""
    resolved = directory.resolve()
    return all(
        place.stat().st_mode & stat.S_IXOTH for place in resolved.parents if place.exists()
    )


def _locked(lock: TextIO) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_running(owner: str) -> bool:
    try:
        status = Path("/proc", owner or "none", "stat").read_text()
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"  # killed, and nobody has noticed yet
