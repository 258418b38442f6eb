"""The queue of work that waits, kept in the database so that the broker may forget.

A row is claimed by lease and attempt counter in a transaction of its own, worked, and
deleted only if no further fact was merged into it meanwhile. A worker that dies leaves
its lease to run out; work that fails too often is set aside with its error.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import F, Q

from bsm.models import Recomputation

LEASE = timedelta(seconds=90)
MAX_ATTEMPTS = 3
BATCH = 200

NOTE = """
    INSERT INTO bsm_recomputation AS waiting
        (step, subject, since, noted_at, revision, attempts, is_dead, error)
    VALUES (%s, %s, %s, clock_timestamp(), 1, 0, false, '')
    ON CONFLICT (step, subject) DO UPDATE
       SET since = LEAST(waiting.since, excluded.since),
           revision = waiting.revision + 1, attempts = 0, is_dead = false, error = ''
"""
CLAIM = """
    UPDATE bsm_recomputation
       SET leased_until = %s, attempts = attempts + 1
     WHERE id IN (
           SELECT id FROM bsm_recomputation
            WHERE step = %s AND NOT is_dead AND (leased_until IS NULL OR leased_until < %s)
            ORDER BY noted_at, id
            LIMIT %s
              FOR UPDATE SKIP LOCKED)
    RETURNING id
"""


def note(step: str, subject: str, since: datetime) -> None:
    """Write down that `step` must look again at `subject` from `since` on."""
    with connection.cursor() as cursor:
        cursor.execute(NOTE, [step, subject, since])


def claim(step: str, *, now: datetime, limit: int = BATCH) -> list[Recomputation]:
    """Take some of the step's waiting rows; nobody else gets them while the lease lasts."""
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, [now + LEASE, step, now, limit])
        ids = [row[0] for row in cursor.fetchall()]
    return list(Recomputation.objects.filter(pk__in=ids).order_by("noted_at", "pk"))


def finish(rows: Sequence[Recomputation]) -> None:
    """The work is done, unless a fact came in since it was claimed."""
    done = Q(pk__in=[])
    for row in rows:
        done |= Q(pk=row.pk, revision=row.revision)
    Recomputation.objects.filter(done).delete()
    Recomputation.objects.filter(pk__in=[row.pk for row in rows]).update(leased_until=None)


def give_back(row: Recomputation, error: str, *, now: datetime) -> None:
    """The work failed: try again a little later, or set it aside."""
    Recomputation.objects.filter(pk=row.pk, revision=row.revision).update(
        leased_until=now + timedelta(seconds=2**row.attempts),
        is_dead=row.attempts >= MAX_ATTEMPTS,
        error=error[:4000],
    )


def waiting(step: str | None = None) -> int:
    """How many rows still have to be worked."""
    rows = Recomputation.objects.filter(is_dead=False)
    return rows.filter(step=step).count() if step else rows.count()


def revive() -> int:
    """Try again what was set aside."""
    return Recomputation.objects.filter(is_dead=True).update(
        is_dead=False, attempts=0, leased_until=None, revision=F("revision") + 1
    )
