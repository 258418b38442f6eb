"""One result of one check, on its way into the records."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from monitoring.domain.machine import Evidence
from monitoring.domain.status import SEVERITY, Outcome


class Observation(NamedTuple):
    """What a check found in its slot. `(instant, outcome)` is enough."""

    slot: datetime
    outcome: Outcome
    code: int | None = None
    elapsed_us: int | None = None
    message: str = ""
    late_ms: int = 0
    is_imported: bool = False

    @property
    def observed_at(self) -> datetime:
        """The start of the check: evidence is ordered by it (R1)."""
        return self.slot + timedelta(milliseconds=self.late_ms)

    def evidence(
        self, *, arrived_at: datetime, confirmed_until: datetime | None = None
    ) -> Evidence | None:
        """What it proves; an error proves nothing (R4)."""
        if self.outcome is Outcome.ERROR:
            return None
        return Evidence(
            observed_at=self.observed_at,
            severity=SEVERITY[self.outcome],
            arrived_at=arrived_at,
            confirmed_until=confirmed_until if self.is_imported else None,
        )
