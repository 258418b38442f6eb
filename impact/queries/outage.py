"""Reading outages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from bsm.kernel.intervals import Interval
from catalog.queries import Person, services_visible_to
from impact.domain.outages import Downtime
from impact.models import NodeState, Outage


@dataclass(frozen=True, slots=True)
class OutageSpan:
    """An outage as those above take it; one that lasts is told until now."""

    id: UUID
    interval: Interval
    weight: int  # per mille of the service that was lost
    is_open: bool
    causes: tuple[UUID, ...]


def outages_visible_to(user: Person) -> QuerySet[Outage]:
    """The outages of the services that the user may see, the newest first."""
    return Outage.objects.filter(service__in=services_visible_to(user)).select_related(
        "service"
    )


def outages_of(
    service_ids: Collection[UUID], within: Interval, now: datetime
) -> dict[UUID, list[OutageSpan]]:
    """The outages that touch the span, not cut to it, oldest first, by service. One query."""
    passed = within.clipped(Interval(within.start, max(within.start, now)))
    rows = Outage.objects.filter(
        Q(ended_at__isnull=True) | Q(ended_at__gt=passed.start),
        service__in=service_ids,
        started_at__lt=passed.end,
    )
    found: defaultdict[UUID, list[OutageSpan]] = defaultdict(list)
    for row in rows.order_by("started_at"):
        found[row.service_id].append(
            OutageSpan(
                id=row.pk,
                interval=Interval(row.started_at, row.ended_at or max(now, row.started_at)),
                weight=row.weight,
                is_open=row.ended_at is None,
                causes=tuple(row.causes),
            )
        )
    return {id: found[id] for id in service_ids}


def outage_history_of(service_ids: Collection[UUID], since: datetime) -> list[Outage]:
    """The outages that last until `since` or longer, oldest first. One query."""
    rows = Outage.objects.filter(
        Q(ended_at__isnull=True) | Q(ended_at__gte=since), service__in=service_ids
    )
    return list(rows.order_by("started_at"))


def first_outage_at(service_id: UUID) -> datetime | None:
    """When the service was out for the first time."""
    rows = Outage.objects.filter(service=service_id).order_by("started_at")
    return rows.values_list("started_at", flat=True).first()


def outages_without_states() -> QuerySet[Outage]:
    """Outages that no state of their service accounts for. An invariant: there are none."""
    told = NodeState.objects.filter(
        service=OuterRef("service"), valid__contains=OuterRef("started_at")
    )
    return Outage.objects.exclude(Exists(told))


def downtime_of_row(row: Outage) -> Downtime:
    causes = frozenset(str(cause) for cause in row.causes)
    return Downtime(row.started_at, row.ended_at, row.weight, causes)
