"""What follows from what: the whole chain of recomputation, on one page.

    check result -> status interval -> health and outage -> period result
                                                         -> cost of downtime

An app announces a fact it has just written and knows nothing of who cares; this file
says who does. A fact is a subject ("service:<id>" or "ci:<id>") and the earliest instant
whose truth changed, never a figure. It is written down beside the fact, in the same
transaction (bsm/work.py); the message to the workers is only a doorbell. So a message may
be doubled, late or lost: each step reads the facts below it afresh.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from celery import shared_task
from django.db import transaction
from django.dispatch import Signal
from django.utils import timezone

import finance.tasks
import impact.tasks
import monitoring.tasks
import sla.tasks
from bsm import work
from bsm.models import Beat, Recomputation
from finance.signals import business_value_changed
from impact.signals import map_changed, outage_changed
from monitoring.signals import history_imported, status_changed
from sla.signals import agreement_changed, exclusion_changed

Step = Callable[[dict[str, datetime]], None]

FOLLOW_UPS: dict[Signal, list[Step]] = {
    history_imported: [sla.tasks.promise_imported],
    status_changed: [impact.tasks.rebuild_health],
    map_changed: [impact.tasks.rebuild_health],
    outage_changed: [sla.tasks.evaluate_services, finance.tasks.price_outages],
    agreement_changed: [sla.tasks.evaluate_services],
    exclusion_changed: [sla.tasks.evaluate_services],
    business_value_changed: [finance.tasks.price_outages],
}
# In the order of the flow, so that one ring of the bell carries a fact all the way through.
STEPS: dict[str, Step] = {
    "impact.rebuild_health": impact.tasks.rebuild_health,
    "sla.promise_imported": sla.tasks.promise_imported,
    "sla.evaluate_services": sla.tasks.evaluate_services,
    "finance.price_outages": finance.tasks.price_outages,
}
NAMES = {step: name for name, step in STEPS.items()}

log = logging.getLogger(__name__)
TURN_SECONDS = 30  # well inside the time limit of a task


def connect() -> None:
    for fact, steps in FOLLOW_UPS.items():
        fact.connect(_listener(steps), weak=False, dispatch_uid="bsm.pipeline")


def _listener(steps: list[Step]) -> Callable[..., None]:
    def note_work(*, subject: str, since: datetime, **_: object) -> None:
        for step in steps:
            work.note(NAMES[step], subject, since)
        # Robust, so that a broker that is away does not fail the caller; the reconciler rings
        # again. A lambda, because Django cannot log the failure of a partial (it has no name).
        transaction.on_commit(lambda: ring(), robust=True)  # noqa: PLW0108

    return note_work


def ring() -> None:
    """Tell the workers that something waits."""
    answer.apply_async(expires=60, retry=False)


@shared_task(name="bsm.pipeline.answer")
def answer() -> None:
    """A worker heard the bell."""
    beat("worker")
    if drain(patience_seconds=TURN_SECONDS):
        ring()


def drain(*, patience_seconds: float = math.inf) -> bool:
    """Work off what waits, in the order of the flow. Answers whether some is left."""
    over_at = time.monotonic() + patience_seconds
    while any([_drain_step(name) for name in STEPS]):  # noqa: C419 - each step has its turn
        if time.monotonic() > over_at:
            return True
    return False


def settle(*, patience_seconds: float = 120) -> bool:
    """Work off what waits and wait for what others are at; false when that takes too long."""
    over_at = time.monotonic() + patience_seconds
    drain()
    while work.waiting():
        if time.monotonic() > over_at:
            return False
        time.sleep(0.1)
        drain()
    return True


def _drain_step(name: str) -> bool:
    rows = work.claim(name, now=timezone.now())
    if not rows:
        return False
    try:
        _run(name, rows)
    except Exception:
        log.exception("%s failed for %d subjects; trying one by one", name, len(rows))
        for row in rows:
            _run_alone(name, row)
    return True


def _run(name: str, rows: list[Recomputation]) -> None:
    STEPS[name]({row.subject: row.since for row in rows})
    work.finish(rows)


def _run_alone(name: str, row: Recomputation) -> None:
    try:
        _run(name, [row])
    except Exception as error:
        log.exception("%s failed for %s", name, row.subject)
        work.give_back(row, repr(error), now=timezone.now())


@shared_task(name="bsm.pipeline.reconcile")
def reconcile() -> None:
    """Each minute: bring up to date what only the clock changed, and whatever waits."""
    monitoring.tasks.notice_silence()
    impact.tasks.notice_planned_work()
    sla.tasks.evaluate_running_periods()
    finance.tasks.price_open_outages()
    answer()


@shared_task(name="bsm.pipeline.sweep")
def sweep(days: int = 7) -> None:
    """Each night: rebuild the past days from their facts, whatever was or was not announced."""
    since = timezone.now() - timedelta(days=days)
    for subject in impact.tasks.subjects():
        work.note("impact.rebuild_health", subject, since)
    for subject in sla.tasks.subjects():
        work.note("sla.evaluate_services", subject, since)
        work.note("finance.price_outages", subject, since)
    answer()


@shared_task(name="bsm.pipeline.tend")
def tend() -> None:
    """Each hour: partitions ahead of time, roll-ups of the hours that are over."""
    monitoring.tasks.tend_storage()


def beat(name: str) -> None:
    """Show that this part of the portal lives."""
    Beat.objects.update_or_create(name=name, defaults={"seen_at": timezone.now()})
