"""The database's clock, kept in mind between two looks at it (R21)."""

from __future__ import annotations

import time
from datetime import UTC, datetime

STEP_MS = 1_000
# Below this, what differs is the way to the database and back.
NOISE_MS = 5


class Clock:
    """Milliseconds since 1970 by the database, carried on by a clock that never jumps."""

    def __init__(self) -> None:
        self._offset_ms: float | None = None

    def now_ms(self) -> int:
        if self._offset_ms is None:
            raise RuntimeError("the clock was never set")
        return int(time.monotonic() * 1000 + self._offset_ms)

    def set(self, database_ms: float, *, before: float, after: float) -> bool:
        """Compare with a reading taken between two monotonic instants; True after a step."""
        measured = database_ms - (before + after) / 2 * 1000
        if self._offset_ms is None:
            self._offset_ms = measured
            return False
        apart = measured - self._offset_ms
        if abs(apart) > NOISE_MS + (after - before) * 1000:
            self._offset_ms = measured
        return abs(apart) > STEP_MS


def instant(at_ms: int) -> datetime:
    seconds, left_ms = divmod(at_ms, 1000)
    return datetime.fromtimestamp(seconds, UTC).replace(microsecond=left_ms * 1000)


def milliseconds(at: datetime) -> int:
    """Rounded up: what was at 12.3 ms is not due again at 12 ms."""
    whole = int(at.replace(microsecond=0).timestamp()) * 1000
    return whole + -(-at.microsecond // 1000)
