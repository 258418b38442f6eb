"""When a monitor is due: a function of its id, its interval and the clock (R17, R18).

Nothing has to be stored to know the next check, so nothing can be lost: the table of
results says what was done, this module what should have been. Milliseconds since 1970.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from uuid import UUID

TICK_MS = 50  # starts are gathered into ticks: half the work of one timer per check


@dataclass(frozen=True, slots=True)
class CatchUp:
    """What to do after a pause: the slot to run at once, the next one, the holes that stay."""

    run: int | None
    next: int
    missed: int


def phase_ms(monitor_id: UUID | str, interval_ms: int) -> int:
    """The offset of a monitor within its interval; it spreads monitors evenly."""
    return int.from_bytes(_digest(monitor_id)) * interval_ms >> 64


def shard_of(monitor_id: UUID | str) -> int:
    """The last byte. The phase uses the leading bits: with the same bits for both, each
    shard would fire in one burst."""
    return _digest(monitor_id)[-1]


def newest_slot(now: int, *, interval: int, phase: int) -> int:
    """The latest slot that is due at `now`."""
    return (now - phase) // interval * interval + phase


def catch_up(now: int, last_slot: int | None, *, interval: int, phase: int) -> CatchUp:
    """Where to go on after a pause. Never a burst: at most the newest missed slot is run,
    and not even that when the next one is nearer than half an interval.

    A recorded slot from the future (the clock went back) does not stop polling.
    """
    newest = newest_slot(now, interval=interval, phase=phase)
    following = newest + interval
    if last_slot is None or last_slot >= newest:
        return CatchUp(None, following, 0)
    missed = (newest - last_slot) // interval
    if following - now < interval / 2:
        return CatchUp(None, following, missed)
    return CatchUp(newest, following, missed - 1)


def _digest(monitor_id: UUID | str) -> bytes:
    return blake2b(str(monitor_id).encode(), digest_size=8).digest()
