"""What the checks found, and how fast things answered."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import OuterRef, QuerySet, Subquery

from bsm.kernel.intervals import Interval
from bsm.web.status import look
from monitoring.domain.status import Outcome
from monitoring.models import CheckResult, Monitor
from monitoring.models import Evidence as EvidenceRow
from monitoring.models.result import TOLD

RAW_UP_TO = timedelta(days=2)
LOOK_OF_OUTCOME = {
    Outcome.OK: (look("ok").kind, "OK"),
    Outcome.WARN: (look("degraded").kind, "Degraded"),
    Outcome.ERROR: (look("unknown").kind, "Could not check"),
    Outcome.FAIL: (look("down").kind, "Failed"),
}
# Each point is the mean of an hour; the hours of polled results are summed already.
HOURLY = """
    SELECT hour, sum(us), sum(answers) FROM (
        SELECT hour, elapsed_us_sum AS us, ok + warn AS answers
          FROM monitoring_hourlyrollup
         WHERE monitor_number = %(number)s AND hour >= %(start)s AND hour < %(end)s
        UNION ALL
        SELECT date_trunc('hour', slot, 'UTC'),
               coalesce(sum(elapsed_us) FILTER (WHERE outcome IN (0, 1)), 0),
               count(elapsed_us) FILTER (WHERE outcome IN (0, 1))
          FROM monitoring_checkresult
         WHERE monitor_number = %(number)s AND location = 1
           AND slot >= %(start)s AND slot < %(end)s
         GROUP BY 1) AS parts
     GROUP BY hour ORDER BY hour
"""


@dataclass(frozen=True, slots=True)
class RecentResult:
    """A result with what it had to say, ready to be shown."""

    slot: datetime
    outcome: Outcome
    code: int | None
    elapsed_us: int | None
    message: str

    @property
    def kind(self) -> str:
        return LOOK_OF_OUTCOME[self.outcome][0]

    @property
    def word(self) -> str:
        return LOOK_OF_OUTCOME[self.outcome][1]

    @property
    def took(self) -> str:
        return "" if self.elapsed_us is None else f"{self.elapsed_us / 1000:,.0f} ms"


def recent_results(monitor: Monitor, *, limit: int = 50) -> list[RecentResult]:
    """The newest results of a monitor, the newest first."""
    rows = list(
        CheckResult.objects.filter(monitor_number=monitor.number).order_by("-slot")[:limit]
    )
    notes = dict(
        EvidenceRow.objects.filter(
            monitor_number=monitor.number, slot__in=[row.slot for row in rows]
        ).values_list("slot", "message")
    )
    return [
        RecentResult(
            slot=row.slot,
            outcome=Outcome(row.outcome),
            code=row.code,
            elapsed_us=row.elapsed_us,
            message=notes.get(row.slot, ""),
        )
        for row in rows
    ]


def response_times(monitor: Monitor, within: Interval) -> list[tuple[datetime, float | None]]:
    """How many milliseconds answers took, oldest first; None where nothing answered.

    Up to two days each check is a point, beyond that each hour.
    """
    if within.duration > RAW_UP_TO:
        return _hourly(monitor, within)
    rows = CheckResult.objects.filter(
        monitor_number=monitor.number, slot__gte=within.start, slot__lt=within.end
    )
    answered = {Outcome.OK, Outcome.WARN}
    return [
        (slot, us / 1000 if us is not None and outcome in answered else None)
        for slot, us, outcome in rows.order_by("slot").values_list(
            "slot", "elapsed_us", "outcome"
        )
    ]


def _hourly(monitor: Monitor, within: Interval) -> list[tuple[datetime, float | None]]:
    asked: dict[str, int | datetime] = {
        "number": monitor.number,
        "start": within.start,
        "end": within.end,
    }
    with connection.cursor() as cursor:
        cursor.execute(HOURLY, asked)
        return [
            (hour, float(us) / float(answers) / 1000 if answers else None)
            for hour, us, answers in cursor.fetchall()
        ]


def told_rows(
    monitors: Collection[Monitor], within: Interval
) -> dict[tuple[int, datetime], tuple[int, int | None, int | None]]:
    """What we were told already: (number, slot) to outcome, code, microseconds."""
    rows = CheckResult.objects.filter(
        location=TOLD,
        monitor_number__in=[monitor.number for monitor in monitors],
        slot__range=(within.start, within.end),
    ).values_list("monitor_number", "slot", "outcome", "code", "elapsed_us")
    return {(number, slot): (outcome, code, us) for number, slot, outcome, code, us in rows}


def numbers_with_history(monitors: Collection[Monitor]) -> set[int]:
    """The numbers of those monitors that have imported results."""
    rows = CheckResult.objects.filter(
        location=TOLD,
        is_imported=True,
        monitor_number__in=[monitor.number for monitor in monitors],
    )
    return set(rows.values_list("monitor_number", flat=True).distinct())


def with_last_check(monitors: QuerySet[Monitor]) -> QuerySet[Monitor]:
    """The monitors, each with `last_checked_at`: the slot of its newest result, or None."""
    newest = CheckResult.objects.filter(monitor_number=OuterRef("number")).order_by("-slot")
    return monitors.annotate(last_checked_at=Subquery(newest.values("slot")[:1]))
