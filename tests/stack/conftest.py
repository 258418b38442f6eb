"""What the tests of the stack share: an environment without the one they run in."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from bsm.stack import places

OURS = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "MAKELEVEL")


def bare_environment(**more: str) -> dict[str, str]:
    """The environment of somebody who has set nothing for the portal."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in OURS and not name.startswith(("BSM_", "PG", "PYTEST_"))
    }
    return {**kept, **more}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home that the addresses are asked from, with nothing else set."""
    for name in list(os.environ):
        if name in OURS or name.startswith("BSM_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("BSM_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def stack_home(tmp_path: Path) -> Iterator[Path]:
    """A home for real servers; what they keep outside it goes, too."""
    home = tmp_path / "home"
    yield home
    tidy(home)


def tidy(home: Path) -> None:
    elsewhere = (home / "postgres").resolve()
    sockets = [places.short_name_of(path) for path in (elsewhere / "run", home / "valkey")]
    for made in (elsewhere, *sockets):
        shutil.rmtree(made, ignore_errors=True)
