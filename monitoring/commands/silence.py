"""Noticing that nothing comes any more (R5)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from monitoring import queries
from monitoring.commands import intervals
from monitoring.commands.results import ALONE
from monitoring.domain.machine import silence
from monitoring.models import Monitor

BATCH = 200


def notice_silence(*, now: datetime) -> int:
    """Monitors without evidence become unknown, from exactly the end of their freshness.

    Answers how many did. Safe to repeat, and late: the instant does not depend on it.
    """
    silent = queries.perhaps_silent(now)
    return sum(
        _notice(silent[first : first + BATCH], now=now)
        for first in range(0, len(silent), BATCH)
    )


@transaction.atomic
def _notice(monitor_ids: list[UUID], *, now: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(ALONE)
    noticed = 0
    rows = Monitor.objects.select_for_update().filter(pk__in=monitor_ids)
    for monitor in sorted(rows, key=lambda row: str(row.subject)):
        machine = queries.standing_machine(monitor)
        after, changes = silence(machine, now)
        if after == machine:
            continue
        intervals.advance(monitor, after, changes, now=now)
        noticed += len(changes)
    return noticed
