"""Bringing health and outages up to date with what was seen and what is planned."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from bsm.kernel.intervals import Interval
from bsm.kernel.subjects import NodeKind, Subject
from impact import queries
from impact.domain.graph import Graph, compiled
from impact.domain.health import Own
from impact.domain.history import Evidence, State, histories, stitched
from impact.domain.labels import TOP
from impact.domain.outages import (
    Downtime,
    first_difference,
    first_gap,
    known_in,
    outages_in,
)
from impact.models import NodeState, Outage
from impact.queries.outage import downtime_of_row
from impact.signals import outage_changed
from monitoring.domain.status import State as Seen
from monitoring.queries import maintenance_of, signals_of

OWN_HEALTH: dict[Seen, Own] = {
    Seen.UP: TOP,
    Seen.DEGRADED: TOP // 2,
    Seen.DOWN: 0,
    Seen.UNKNOWN: "unknown",
}
# A state that begins at the very instant of the rebuild is part of it.
MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class _Ground:
    """All that a rebuild goes by, read once."""

    nodes: list[Subject]
    graph: Graph
    within: Interval
    evidence: Evidence
    stored: Mapping[str, list[tuple[NodeState, State]]]
    outages: Mapping[UUID, list[Outage]]


@transaction.atomic
def rebuild_health(since_by_subject: Mapping[Subject, datetime], *, now: datetime) -> None:
    """Solve the subjects, and all that needs them, again from the earliest instant given.

    Rows that come out as they were are left alone, so repeating changes and announces
    nothing. What is announced is each service whose outages, or whose knowledge of
    itself, changed, from the first instant that did.
    """
    if not since_by_subject:
        return
    _lock()
    since = min(since_by_subject.values())
    until = max(now, *since_by_subject.values()) + MOMENT
    ground = _gather(list(since_by_subject), Interval(since, until))
    solved = histories(ground.graph, ground.evidence, ground.within)
    told = {
        node: stitched([state for _, state in ground.stored.get(node, [])], states, since)
        for node, states in solved.items()
    }
    _write_states(ground, told)
    _write_outages(ground, told)


def _lock() -> None:
    """One writer of health at a time: each rebuild stands on the rows of the one before."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('impact_nodestate'))")


def _gather(changed: list[Subject], within: Interval) -> _Ground:
    nodes = queries.above(changed)
    shape, outside = queries.shape_of(nodes)
    outages: dict[UUID, list[Outage]] = {node.id: [] for node in _services(nodes)}
    standing = queries.outage_history_of(outages.keys(), within.start)
    for row in standing:
        outages[row.service_id].append(row)
    # An outage that stands at the start is told anew from its own start on.
    services_since = min([row.started_at for row in standing] + [within.start])
    stored = queries.states_since([*nodes, *outside], within.start, services_since)
    signals = signals_of(nodes, within)
    works = maintenance_of(nodes, within)
    evidence = Evidence(
        signals={
            str(node.id): [(span, OWN_HEALTH[seen]) for span, seen in spans]
            for node, spans in signals.items()
        },
        works={str(node.id): spans for node, spans in works.items()},
        given={
            str(node.id): [state for _, state in stored.get(str(node.id), [])]
            for node in outside
        },
    )
    return _Ground(nodes, compiled(shape), within, evidence, stored, outages)


def _write_states(ground: _Ground, told: Mapping[str, list[State]]) -> None:
    """Replace the rows that are no longer true; those that are stay untouched."""
    vanished: list[int] = []
    new: list[NodeState] = []
    for node in ground.nodes:
        stored = ground.stored.get(str(node.id), [])
        true = set(told[str(node.id)])
        vanished += [row.pk for row, state in stored if state not in true]
        standing = {state for _, state in stored}
        new += [_row(node, state) for state in told[str(node.id)] if state not in standing]
    # First out, then in: the rows of a node may not overlap.
    NodeState.objects.filter(pk__in=vanished).delete()
    NodeState.objects.bulk_create(new)


def _row(node: Subject, state: State) -> NodeState:
    health = state.health
    return NodeState(
        service_id=node.id if node.kind is NodeKind.SERVICE else None,
        ci_id=node.id if node.kind is NodeKind.CI else None,
        valid=DateTimeTZRange(state.start, state.end),
        actual=health.actual,
        lo=health.lo,
        hi=health.hi,
        excused=health.excused,
        is_spared=health.is_spared,
        label=health.label,
        is_uncertain=health.is_uncertain,
        causes=_ids(state.causes),
    )


def _write_outages(ground: _Ground, told: Mapping[str, list[State]]) -> None:
    """An outage keeps its row, and so its address, as long as its start stands."""
    vanished: list[UUID] = []
    changed: list[Outage] = []
    new: list[Outage] = []
    announcements: dict[UUID, datetime] = {}
    for service_id, rows in ground.outages.items():
        states = told[str(service_id)]
        spans = [
            span
            for span in outages_in(states)
            if span.end is None or span.end >= ground.within.start
        ]
        by_start = {span.start: span for span in spans}
        before = [state for _, state in ground.stored.get(str(service_id), [])]
        earliest = _first_difference(rows, spans, before, states)
        if earliest:
            announcements[service_id] = earliest
        started = {row.started_at for row in rows}
        vanished += [row.pk for row in rows if row.started_at not in by_start]
        changed += [
            _amended(row, by_start[row.started_at])
            for row in rows
            if by_start.get(row.started_at, downtime_of_row(row)) != downtime_of_row(row)
        ]
        new += [_outage(service_id, span) for span in spans if span.start not in started]
    Outage.objects.filter(pk__in=vanished).delete()
    Outage.objects.bulk_update(changed, ["ended_at", "weight", "causes"])
    Outage.objects.bulk_create(new)
    for service_id, since in announcements.items():
        outage_changed.send(Outage, subject=str(Subject.service(service_id)), since=since)


def _first_difference(
    rows: Iterable[Outage],
    spans: list[Downtime],
    before: Iterable[State],
    after: Iterable[State],
) -> datetime | None:
    """The first instant at which the service was out, or known, otherwise than was told."""
    in_outages = first_difference(
        sorted((downtime_of_row(row) for row in rows), key=lambda span: span.start), spans
    )
    in_knowledge = first_gap(known_in(before), known_in(after))
    return min((instant for instant in (in_outages, in_knowledge) if instant), default=None)


def _amended(row: Outage, span: Downtime) -> Outage:
    row.ended_at, row.weight, row.causes = span.end, span.weight, _ids(span.causes)
    return row


def _outage(service_id: UUID, span: Downtime) -> Outage:
    return Outage(
        service_id=service_id,
        started_at=span.start,
        ended_at=span.end,
        weight=span.weight,
        causes=_ids(span.causes),
    )


def _services(nodes: Iterable[Subject]) -> list[Subject]:
    return [node for node in nodes if node.kind is NodeKind.SERVICE]


def _ids(causes: Iterable[str]) -> list[UUID]:
    return sorted(UUID(cause) for cause in causes)
