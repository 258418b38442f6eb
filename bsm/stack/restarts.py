"""When to start a dead process again, and when to give up. The clock is handed in."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

DEATHS_ENDURED = 5
WITHIN_SECONDS = 60.0
FIRST_DELAY_SECONDS = 0.5
LONGEST_DELAY_SECONDS = 8.0


@dataclass
class Restarts:
    """The recent deaths of one process."""

    deaths: deque[float] = field(default_factory=deque)

    def delay_seconds(self, now: float) -> float | None:
        """Note a death: how long to wait before the next start, or None to give up."""
        while self.deaths and now - self.deaths[0] > WITHIN_SECONDS:
            self.deaths.popleft()
        self.deaths.append(now)
        if len(self.deaths) >= DEATHS_ENDURED:
            return None
        longer = 2.0 ** (len(self.deaths) - 1)
        return min(FIRST_DELAY_SECONDS * longer, LONGEST_DELAY_SECONDS)
