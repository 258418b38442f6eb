"""Taking in what a prober found: one transaction a second, the only write while all is well.

The lease is renewed and checked first, so results of a prober that was overtaken are
dropped; results are recorded once per slot, and only those that are new feed the states.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.db import DatabaseError, connection, transaction

from monitoring import queries
from monitoring.commands import leases
from monitoring.commands.results import SHARE, store, take_in
from monitoring.domain.machine import Evidence, Machine
from monitoring.domain.observation import Observation
from monitoring.models import Monitor, MonitorHead

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Polled:
    """A result, with the lease under which the check was started."""

    number: int
    shard: int
    token: int
    observation: Observation


@dataclass(slots=True)
class Flushed:
    """What became of a batch."""

    held: set[int]
    recorded: int = 0
    fenced: int = 0
    doubled: int = 0
    in_doubt: set[int] = field(default_factory=set)
    settled: set[int] = field(default_factory=set)


@transaction.atomic
def flush(
    tokens: Mapping[int, int],
    batch: Sequence[Polled],
    last_seen: Mapping[int, datetime],
    *,
    now: datetime,
) -> Flushed:
    """Renew the leases and record a batch. `last_seen` is each monitor's evidence before it.

    The head of a monitor that only saw more of the same is not read for that from the
    database: the prober remembers when it saw it last.
    """
    flushed = Flushed(held=leases.renew(tokens))
    good = [
        row for row in batch if row.shard in flushed.held and tokens.get(row.shard) == row.token
    ]
    flushed.fenced = len(batch) - len(good)
    if not good:
        return flushed
    with connection.cursor() as cursor:
        cursor.execute(SHARE)
    found: dict[int, list[Observation]] = defaultdict(list)
    for row in sorted(good, key=lambda row: row.observation.slot):
        found[row.number].append(row.observation)
    fresh = store(found)
    flushed.recorded = len(fresh)
    flushed.doubled = len(good) - len(fresh)
    evidence = {
        number: pieces
        for number, observations in found.items()
        if (pieces := _evidence(number, observations, fresh, now))
    }
    _absorb(evidence, last_seen, flushed, now=now)
    return flushed


def _evidence(
    number: int,
    observations: Sequence[Observation],
    fresh: set[tuple[int, datetime]],
    now: datetime,
) -> list[Evidence]:
    return [
        piece
        for seen in observations
        if (number, seen.slot) in fresh
        if (piece := seen.evidence(arrived_at=now)) is not None
    ]


def _absorb(
    evidence: Mapping[int, list[Evidence]],
    last_seen: Mapping[int, datetime],
    flushed: Flushed,
    *,
    now: datetime,
) -> None:
    """States from evidence. Monitors with nothing but more of the same are passed over."""
    heads = MonitorHead.objects.filter(monitor__number__in=list(evidence))
    news = []
    for number, written in heads.values_list("monitor__number", "machine"):
        machine = Machine.from_json(written)
        if _is_more_of_the_same(machine, evidence[number], last_seen.get(number)):
            flushed.settled.add(number)
        else:
            news.append(number)
    if not news:
        return
    locked = Monitor.objects.select_for_update().filter(number__in=news).order_by("pk")
    # In the order of their subjects: two probers then note what follows in the same order,
    # and cannot wait for each other in a circle.
    for monitor in sorted(locked, key=lambda row: str(row.subject)):
        _take_in(monitor, evidence[monitor.number], last_seen, flushed, now=now)


def _take_in(
    monitor: Monitor,
    pieces: Sequence[Evidence],
    last_seen: Mapping[int, datetime],
    flushed: Flushed,
    *,
    now: datetime,
) -> None:
    try:
        with transaction.atomic():
            machine = queries.written_machine(monitor)
            machine = _up_to(machine, last_seen.get(monitor.number), monitor)
            take_in(monitor, machine, pieces, now=now)
    except DatabaseError:
        raise
    except Exception:
        # One monitor's trouble must not hold up the others; its results are recorded.
        log.exception("the state of monitor %s could not be brought up to date", monitor.pk)
        return
    after = queries.written_machine(monitor)
    (flushed.in_doubt if after.soft_count() else flushed.settled).add(monitor.number)


def _up_to(machine: Machine, last_at: datetime | None, monitor: Monitor) -> Machine:
    """The written machine with the more of the same that the prober saw since."""
    if not machine.is_settled or last_at is None or machine.last_at is None:
        return machine
    if last_at <= machine.last_at:
        return machine
    piece = replace(machine.tail[-1], observed_at=last_at, confirmed_until=None)
    stale_after = monitor.rules.stale_after
    return replace(
        machine, tail=(piece,), fresh_until=last_at + stale_after if stale_after else None
    )


def _is_more_of_the_same(
    machine: Machine, pieces: Sequence[Evidence], last_seen: datetime | None
) -> bool:
    """Whether nothing can follow from the evidence: it says again what is known, and no
    silence lay before or within it."""
    if not machine.is_settled or machine.last_at is None:
        return False
    last_at = max(machine.last_at, last_seen) if last_seen else machine.last_at
    patience = machine.fresh_until - machine.last_at if machine.fresh_until else None
    for piece in pieces:
        if piece.severity != machine.tail[-1].severity or piece.observed_at <= last_at:
            return False
        if patience is not None and piece.observed_at - last_at > patience:
            return False
        last_at = piece.observed_at
    return True
