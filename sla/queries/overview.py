"""How the promises of services stand, for the pages that show services and outages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from bsm.kernel.intervals import Interval
from bsm.kernel.periods import Period, PeriodKind
from catalog.models import Service
from impact.models import Outage
from sla.domain.availability import measure
from sla.domain.situation import Down, Situation
from sla.models import Commitment, Exclusion, ExclusionState, PeriodResult, VersionState
from sla.queries.promises import excuse_of, promise_of, service_hours_of

WITH_AGREEMENT = ("commitment__version__agreement", "commitment__calendar")


def results_now(
    service_ids: Collection[UUID], *, now: datetime
) -> dict[UUID, list[PeriodResult]]:
    """The results of the periods that run now, by service; those without any are left out.

    One query. A period runs by the calendar of its own agreement.
    """
    near = [now.date() + timedelta(days=n) for n in (-1, 0, 1)]
    starts = {Period.containing(kind, day).first_on for kind in PeriodKind for day in near}
    rows = PeriodResult.objects.filter(
        commitment__service__in=service_ids,
        commitment__version__state=VersionState.EFFECTIVE,
        first_on__in=starts,
    ).select_related(*WITH_AGREEMENT)
    found: defaultdict[UUID, list[PeriodResult]] = defaultdict(list)
    for row in rows.order_by("commitment__version__agreement__name", "pk"):
        if _span_of(row).covers(now):
            found[row.commitment.service_id].append(row)
    return dict(found)


def histories_of(
    service: Service, *, periods: int
) -> list[tuple[Commitment, list[PeriodResult]]]:
    """Each promise on the service with its last results, oldest first. Two queries.

    The versions of an agreement are one promise over time; the newest stands for it.
    """
    promises: dict[tuple[object, ...], list[Commitment]] = {}
    standing = Commitment.objects.filter(
        service=service, version__state=VersionState.EFFECTIVE
    ).select_related("version__agreement", "calendar")
    for promise in standing.order_by("version__agreement__name", "-version__number", "pk"):
        line = (promise.version.agreement_id, promise.period_kind, promise.calendar_id)
        promises.setdefault(line, []).append(promise)
    results: defaultdict[UUID, list[PeriodResult]] = defaultdict(list)
    rows = PeriodResult.objects.filter(commitment__service=service)
    for row in rows.select_related(*WITH_AGREEMENT).order_by("first_on"):
        results[row.commitment_id].append(row)
    return [
        (
            versions[0],
            sorted(
                (row for version in versions for row in results[version.pk]),
                key=lambda row: (row.first_on, row.commitment.version.number),
            )[-periods:],
        )
        for versions in promises.values()
    ]


@dataclass(frozen=True, slots=True)
class Count:
    """What one outage took from the promise of one period."""

    result: PeriodResult
    counted_milli: int


def counted_against(outage: Outage, *, now: datetime) -> list[Count]:
    """The results that the outage is part of, each with the weighted time it counts.

    What lies outside service hours, was excluded or forgiven does not count. A fixed number
    of queries.
    """
    span = Interval(outage.started_at, outage.ended_at or max(outage.started_at, now))
    rows = PeriodResult.objects.filter(
        commitment__service=outage.service_id,
        commitment__version__state=VersionState.EFFECTIVE,
        first_on__lte=span.end.date() + timedelta(days=1),
        first_on__gt=span.start.date() - timedelta(days=367),
    ).select_related(*WITH_AGREEMENT)
    touched = [row for row in rows.order_by("first_on", "pk") if _span_of(row).overlaps(span)]
    hours = service_hours_of(
        {r.commitment.calendar_id for r in touched if r.commitment.calendar_id}
    )
    approved = Exclusion.objects.filter(
        service=outage.service_id,
        state=ExclusionState.APPROVED,
        valid__overlap=(span.start, span.end),
    )
    happened = Situation(
        outages=[Down(span, outage.weight, str(outage.pk))],
        excuses=[excuse_of(exclusion) for exclusion in approved.order_by("valid", "pk")],
    )
    counts = []
    for row in touched:
        calendar = row.commitment.calendar
        promise = promise_of(row.commitment, hours[calendar.pk] if calendar else None)
        part = span.clipped(_span_of(row))
        measured = measure(part, promise.within(part, happened), promise.rules, as_of=now)
        counts.append(Count(row, measured.facts.lost_milli))
    return counts


def _span_of(result: PeriodResult) -> Interval:
    zone = ZoneInfo(result.commitment.version.agreement.timezone)
    return result.period.interval(zone)
