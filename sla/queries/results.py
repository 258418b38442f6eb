"""What came out, for pages and programs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.db.models import QuerySet

from bsm.kernel.intervals import Interval
from bsm.kernel.periods import Period, PeriodKind
from catalog.models import Service
from catalog.queries import Person, services_visible_to
from impact.models import Outage
from impact.queries import outage_history_of
from sla.domain.availability import Segment, measure
from sla.domain.evaluation import Promise, Scope
from sla.models import Agreement, Commitment, DayFact, Exclusion, PeriodResult, VersionState
from sla.queries.promises import evidence_of, promises_of

ABOUT = ["commitment__service", "commitment__version__agreement", "commitment__calendar"]
HISTORY = 13  # periods: a year and the same period of the year before
WORST_FIRST = {"BREACHED": 0, "UNDECIDED": 1, "INSUFFICIENT_DATA": 2, None: 3, "MET": 4}


def results_visible_to(user: Person) -> QuerySet[PeriodResult]:
    """Results about the services the user may see, with all they are about."""
    results = PeriodResult.objects.filter(commitment__service__in=services_visible_to(user))
    return results.select_related(*ABOUT)


def results_of(user: Person, period: Period) -> QuerySet[PeriodResult]:
    """All results of one period that the user may see, in a fixed order."""
    results = results_visible_to(user).filter(period_kind=period.kind, first_on=period.first_on)
    return results.order_by("commitment__service__name", "commitment_id", "pk")


def results_of_month(services: Iterable[Service], month: Period) -> list[PeriodResult]:
    """The month's results of these services, the worst first."""
    results = PeriodResult.objects.filter(
        commitment__service__in=[service.pk for service in services],
        period_kind=PeriodKind.MONTH,
        first_on=month.first_on,
    )
    return sorted(results.select_related(*ABOUT), key=_worst_first)


def newest_results(commitments: Iterable[Commitment]) -> dict[UUID, PeriodResult]:
    """The last result of each commitment, as far as there is one. One query."""
    by_id = {commitment.pk: commitment for commitment in commitments}
    newest = (
        PeriodResult.objects.filter(commitment__in=by_id)
        .order_by("commitment", "-first_on")
        .distinct("commitment")
    )
    return {result.commitment_id: _about(result, by_id) for result in newest}


def history_of(
    agreement: Agreement, service: Service, *, periods: int = HISTORY
) -> list[PeriodResult]:
    """The last results of one service under all versions of an agreement, newest first."""
    results = PeriodResult.objects.filter(
        commitment__service=service,
        commitment__version__agreement=agreement,
        commitment__version__state=VersionState.EFFECTIVE,
    )
    latest_first = results.order_by("-first_on", "-commitment__version__number", "pk")
    return list(latest_first.select_related(*ABOUT)[:periods])


def days_of(result: PeriodResult) -> QuerySet[DayFact]:
    """The days that the result is the sum of, oldest first."""
    period = result.period
    return DayFact.objects.filter(
        commitment=result.commitment_id, on__gte=period.first_on, on__lt=period.ends_on
    ).order_by("on")


def outages_touching(service_id: UUID, span: Interval) -> list[Outage]:
    """The outages of a service in a span, oldest first."""
    history = outage_history_of([service_id], span.start)
    return [outage for outage in history if outage.started_at < span.end]


def exclusions_touching(service_id: UUID, span: Interval) -> QuerySet[Exclusion]:
    """The exclusions of a service in a span, decided or not, oldest first."""
    touching = Exclusion.objects.filter(
        service=service_id, valid__overlap=(span.start, span.end)
    )
    return touching.select_related("requester", "approver").order_by("valid", "pk")


@dataclass(frozen=True, slots=True)
class Explanation:
    """A result taken apart: segments that add up to its facts, in order."""

    span: Interval
    segments: list[Segment]


def explanation_of(result: PeriodResult) -> Explanation:
    """Every second of the result, with what made it so, as it is known now."""
    [promise] = promises_of([result.commitment])
    scope = _scope_of(promise, result.period)
    until = result.measured_until
    evidence = evidence_of([promise.service_id], scope.span, until)
    period = result.period.interval(promise.zone)
    situation = promise.within(period, evidence.about(scope))
    measured = measure(period, situation, promise.rules, as_of=until)
    return Explanation(measured.elapsed, measured.segments)


def _scope_of(promise: Promise, period: Period) -> Scope:
    return Scope(promise, period.first_on, period.days[-1])


def _about(result: PeriodResult, commitments: Mapping[UUID, Commitment]) -> PeriodResult:
    """With the commitment that is at hand already, instead of another query."""
    result.commitment = commitments[result.commitment_id]
    return result


def _worst_first(result: PeriodResult) -> tuple[int, Decimal, str, str]:
    left = result.budget_left_milli
    return (
        WORST_FIRST[result.status],
        Decimal(left if left is not None else 0),
        result.commitment.service.name,
        str(result.commitment_id),
    )
