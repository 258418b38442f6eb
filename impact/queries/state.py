"""Reading the health of services and CIs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from uuid import UUID

from django.db.models import Q, QuerySet

from assets.models import CI
from assets.queries import cis_visible_to
from bsm.kernel.intervals import Interval, gaps, total
from bsm.kernel.periods import day_interval
from bsm.kernel.subjects import NodeKind, Subject
from catalog.models import Service
from catalog.queries import Person, services_visible_to
from impact.domain.health import Health
from impact.domain.history import State
from impact.domain.labels import Label
from impact.models import NodeState
from monitoring.models import MaintenanceWindow

# The worst of a day gives the day its colour.
RANK = (
    Label.OK,
    Label.MAINTENANCE,
    Label.WARNING,
    Label.DEGRADED,
    Label.CRITICAL,
    Label.DOWN,
)


@dataclass(frozen=True, slots=True)
class StateNow:
    """How a service stands; `since` is None when nothing was ever known of it."""

    label: Label = Label.UNKNOWN
    health: int | None = None
    since: datetime | None = None
    is_uncertain: bool = False
    causes: tuple[UUID, ...] = ()


NEVER_SEEN = StateNow()


def state_now(service_ids: Collection[UUID]) -> dict[UUID, StateNow]:
    """How each service stands. One query."""
    found = {
        row.service_id: StateNow(
            label=label_of_row(row),
            health=row.actual,
            since=row.valid.lower,
            is_uncertain=row.is_uncertain,
            causes=tuple(row.causes),
        )
        for row in open_states(service_ids, [])
        if row.service_id
    }
    return {id: found.get(id, NEVER_SEEN) for id in service_ids}


def states_of(node: Service | CI, within: Interval) -> list[tuple[Interval, Label]]:
    """How the node was throughout the span, oldest first; unknown where nobody saw it."""
    mine = Q(service=node.pk) if isinstance(node, Service) else Q(ci=node.pk)
    rows = NodeState.objects.filter(mine, valid__overlap=(within.start, within.end))
    told = [
        (Interval(valid.lower, valid.upper or within.end).clipped(within), Label(label))
        for valid, label in rows.order_by("valid").values_list("valid", "label")
    ]
    silent = gaps([span for span, _ in told], within=within)
    return sorted([*told, *((span, Label.UNKNOWN) for span in silent)])


def states_visible_to(user: Person) -> QuerySet[NodeState]:
    return NodeState.objects.filter(
        Q(service__in=services_visible_to(user)) | Q(ci__in=cis_visible_to(user))
    )


def unknown_of(
    service_ids: Collection[UUID], within: Interval, now: datetime
) -> dict[UUID, list[Interval]]:
    """When nobody knows how each service was, up to now. One query."""
    passed = within.clipped(Interval(within.start, max(within.start, now)))
    known: defaultdict[UUID, list[Interval]] = defaultdict(list)
    rows = NodeState.objects.filter(
        service__in=service_ids, valid__overlap=(passed.start, passed.end)
    ).exclude(label=Label.UNKNOWN)
    for id, valid in rows.values_list("service_id", "valid"):
        if id:
            known[id].append(Interval(valid.lower, valid.upper or max(now, valid.lower)))
    return {id: gaps(known[id], within=passed) for id in service_ids}


def day_labels(
    service_ids: Collection[UUID], days: int, now: datetime, zone: tzinfo = UTC
) -> dict[UUID, list[tuple[date, Label]]]:
    """The worst label of each of the last days, oldest first, today last. One query.

    A day is unknown when nothing bad was seen and most of it, so far, was not seen at all.
    """
    today = now.astimezone(zone).date()
    spans = {
        day: day_interval(day, zone)
        for day in (today - timedelta(days=n) for n in reversed(range(days)))
    }
    strip = Interval(spans[min(spans)].start, now)
    seen: defaultdict[UUID, list[tuple[Interval, Label]]] = defaultdict(list)
    rows = NodeState.objects.filter(
        service__in=service_ids, valid__overlap=(strip.start, strip.end)
    )
    for id, valid, label in rows.values_list("service_id", "valid", "label"):
        if id:
            span = Interval(valid.lower, valid.upper or max(now, valid.lower))
            seen[id].append((span.clipped(strip), Label(label)))
    return {
        id: [(day, _worst(span.clipped(strip), seen[id])) for day, span in spans.items()]
        for id in service_ids
    }


def states_since(
    nodes: Collection[Subject], since: datetime, services_since: datetime
) -> dict[str, list[tuple[NodeState, State]]]:
    """The rows of each node that last until `since` or longer, oldest first; services' rows
    from the earlier `services_since` on. By the text of the node's id. One query.
    """
    services = [node.id for node in nodes if node.kind is NodeKind.SERVICE]
    cis = [node.id for node in nodes if node.kind is NodeKind.CI]
    rows = NodeState.objects.filter(
        Q(service__in=services) & _lasts_until(services_since)
        | Q(ci__in=cis) & _lasts_until(since)
    )
    found: defaultdict[str, list[tuple[NodeState, State]]] = defaultdict(list)
    for row in rows.order_by("valid"):
        found[str(row.service_id or row.ci_id)].append((row, state_of_row(row)))
    return found


def subjects_with_state() -> list[Subject]:
    """Everything whose health now is on record."""
    rows = NodeState.objects.filter(valid__upper_inf=True)
    return [
        Subject.of(service_id=service, ci_id=ci)
        for service, ci in rows.values_list("service_id", "ci_id")
    ]


def planned_work_edges(since: datetime, now: datetime) -> dict[Subject, datetime]:
    """What planned work began or ended on lately, and when first. One query."""
    edges: dict[Subject, datetime] = {}
    windows = MaintenanceWindow.objects.filter(
        Q(valid__startswith__range=(since, now)) | Q(valid__endswith__range=(since, now))
    )
    for window in windows:
        subject = Subject.of(service_id=window.service_id, ci_id=window.ci_id)
        for edge in (window.valid.lower, window.valid.upper):
            if since <= edge <= now:
                edges[subject] = min(edge, edges.get(subject, edge))
    return edges


def open_states(service_ids: Collection[UUID], ci_ids: Collection[UUID]) -> list[NodeState]:
    """The rows that tell how these stand now."""
    nodes = Q(service__in=service_ids) | Q(ci__in=ci_ids)
    return list(NodeState.objects.filter(nodes, valid__upper_inf=True))


def state_of_row(row: NodeState) -> State:
    return State(
        start=row.valid.lower,
        end=row.valid.upper,
        health=Health(row.actual, row.lo, row.hi, row.excused, row.is_spared),
        causes=frozenset(str(cause) for cause in row.causes),
    )


def label_of_row(row: NodeState) -> Label:
    return Label(row.label)


def mislabelled_states() -> QuerySet[NodeState]:
    """Rows whose label is not what their own figures say. An invariant: there are none."""
    return NodeState.objects.filter(
        Q(label=Label.OK, actual__lt=90_000) | Q(label=Label.DOWN, actual__gt=0)
    )


def _lasts_until(instant: datetime) -> Q:
    return Q(valid__upper_inf=True) | Q(valid__endswith__gte=instant)


def _worst(day: Interval, seen: Sequence[tuple[Interval, Label]]) -> Label:
    touching = [(span.clipped(day), label) for span, label in seen if span.overlaps(day)]
    labels = {label for _, label in touching if label is not Label.UNKNOWN}
    worst = max(labels, key=RANK.index, default=Label.UNKNOWN)
    known = total(span for span, label in touching if label is not Label.UNKNOWN)
    if worst in (Label.OK, Label.UNKNOWN) and known * 2 < day.duration:
        return Label.UNKNOWN
    return worst
