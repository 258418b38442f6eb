"""Background doors into this app."""

from __future__ import annotations

import time

from celery import shared_task
from celery.worker import state
from django.utils import timezone

from monitoring import commands
from monitoring.commands.leases import live_probers
from monitoring.engine.start import poll

ENOUGH = 1
TURN_SECONDS = 300


# Acknowledged early: who polls what rests on the leases in the database, and a message that
# came back after a loss would only start a prober that the next tick starts anyway.
@shared_task(
    name="monitoring.tasks.probe_run",
    acks_late=False,
    reject_on_worker_lost=False,
    ignore_result=True,
    soft_time_limit=TURN_SECONDS + 60,
    time_limit=TURN_SECONDS + 90,
)
def probe_run() -> None:
    """Poll for one turn, unless enough probers do."""
    if live_probers() >= ENOUGH:
        return
    over_at = time.monotonic() + TURN_SECONDS
    poll(lambda: time.monotonic() >= over_at or _worker_stops())


def notice_silence() -> None:
    """Monitors of which nothing comes any more become unknown."""
    commands.notice_silence(now=timezone.now())


def tend_storage() -> None:
    """Partitions ahead of time, roll-ups, and away with what is old."""
    commands.tend_storage(now=timezone.now())


def _worker_stops() -> bool:
    """Whether the worker was told to stop (0 is an exit code, None and False are not)."""
    return any(
        told is not None and told is not False
        for told in (state.should_stop, state.should_terminate)
    )
