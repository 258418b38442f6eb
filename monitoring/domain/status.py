"""The words for what a check found and for how a monitored thing is."""

from __future__ import annotations

from enum import IntEnum, StrEnum


class Outcome(IntEnum):
    """What one check found. An error is ours, not the target's, and proves nothing (R4)."""

    OK = 0
    WARN = 1
    ERROR = 2
    FAIL = 3


class State(StrEnum):
    """How a monitor's subject is, as far as its evidence shows."""

    UP = "up"
    DEGRADED = "degraded"
    DOWN = "down"
    UNKNOWN = "unknown"


SEVERITY = {Outcome.OK: 0, Outcome.WARN: 1, Outcome.FAIL: 2}
STATE_OF_SEVERITY = (State.UP, State.DEGRADED, State.DOWN)
