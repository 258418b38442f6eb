"""Why things were taken for down."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Q

from bsm.kernel.intervals import Interval
from bsm.kernel.subjects import NodeKind, Subject
from monitoring.domain.status import Outcome, State
from monitoring.models import Monitor, StatusInterval
from monitoring.queries.standing import BELIEVED


@dataclass(frozen=True, slots=True)
class FailedCheck:
    """A check that failed, and what it had to say."""

    slot: datetime
    code: int | None
    elapsed_ms: int | None
    message: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A spell that a monitor found its subject down, with the first checks that failed."""

    monitor: Monitor
    spell: StatusInterval
    checks: list[FailedCheck]


FIRST_FAILURES = """
    SELECT asked.n, result.slot, result.code, result.elapsed_us, evidence.message
    FROM unnest(%s::int[], %s::int[], %s::timestamptz[], %s::timestamptz[])
         AS asked(n, number, lower, upper)
    CROSS JOIN LATERAL (
        SELECT slot, code, elapsed_us FROM monitoring_checkresult
        WHERE monitor_number = asked.number AND slot >= asked.lower
          AND slot < coalesce(asked.upper, 'infinity') AND outcome = %s
        ORDER BY slot LIMIT %s) AS result
    LEFT JOIN monitoring_evidence AS evidence
      ON evidence.monitor_number = asked.number AND evidence.slot = result.slot
    ORDER BY asked.n, result.slot
"""
FINDINGS_SHOWN = 20


def findings_of(
    subjects: Collection[Subject], within: Interval, *, checks: int = 3
) -> list[Finding]:
    """Why the subjects were taken for down in that time, in the order it was found."""
    services = [subject.id for subject in subjects if subject.kind is NodeKind.SERVICE]
    cis = [subject.id for subject in subjects if subject.kind is NodeKind.CI]
    spells = list(
        StatusInterval.objects.filter(
            BELIEVED,
            Q(monitor__service__in=services) | Q(monitor__ci__in=cis),
            state=State.DOWN,
            valid__overlap=(within.start, within.end),
        )
        .select_related("monitor__service", "monitor__ci")
        .order_by("valid")[:FINDINGS_SHOWN]
    )
    failures = _first_failures(spells, checks)
    return [
        Finding(spell.monitor, spell, failures.get(n, [])) for n, spell in enumerate(spells)
    ]


def _first_failures(spells: list[StatusInterval], checks: int) -> dict[int, list[FailedCheck]]:
    found: dict[int, list[FailedCheck]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            FIRST_FAILURES,
            [
                list(range(len(spells))),
                [spell.monitor.number for spell in spells],
                [spell.valid.lower for spell in spells],
                [spell.valid.upper for spell in spells],
                int(Outcome.FAIL),
                checks,
            ],
        )
        for n, slot, code, elapsed_us, message in cursor.fetchall():
            elapsed_ms = None if elapsed_us is None else elapsed_us // 1000
            found.setdefault(n, []).append(FailedCheck(slot, code, elapsed_ms, message or ""))
    return found
