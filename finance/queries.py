"""Reading what downtime costs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

from django.db.models import F, Q, QuerySet

from bsm.kernel.intervals import Interval
from catalog.domain.access import Action
from catalog.models import Service
from catalog.queries import Person, services_for
from finance.domain.downtime import exact_cost, in_cents, lost_milli
from finance.models import BusinessValue, DowntimeCost
from impact.models import Outage


@dataclass(frozen=True, slots=True)
class Money:
    """An amount, and whether it still grows."""

    amount: Decimal
    currency: str
    is_provisional: bool = False


def cost_of(outage_ids: Collection[UUID], *, user: Person) -> dict[UUID, DowntimeCost]:
    """What each outage cost so far, as far as the user may see it. One query.

    Those without a price are left out.
    """
    return costs_visible_to(user).in_bulk(outage_ids)


def cost_of_services(service_ids: Collection[UUID], within: Interval) -> list[Money]:
    """What the outages of all these services cost inside the span, by currency. One query."""
    sums: defaultdict[str, Fraction] = defaultdict(Fraction)
    lasting: set[str] = set()
    for _, currency, amount, is_open in _costs_inside(service_ids, within):
        sums[currency] += amount
        if is_open:
            lasting.add(currency)
    return [Money(in_cents(sums[code]), code, code in lasting) for code in sorted(sums)]


def cost_by_service(service_ids: Collection[UUID], within: Interval) -> dict[UUID, Money]:
    """What the outages of each service cost inside the span, as far as priced. One query.

    Services whose outages have no price, or that had none, are left out.
    """
    sums: defaultdict[tuple[UUID, str], Fraction] = defaultdict(Fraction)
    lasting: set[UUID] = set()
    for service_id, currency, amount, is_open in _costs_inside(service_ids, within):
        sums[service_id, currency] += amount
        if is_open:
            lasting.add(service_id)
    return {
        service_id: Money(in_cents(amount), currency, service_id in lasting)
        for (service_id, currency), amount in sums.items()
    }


def _costs_inside(
    service_ids: Collection[UUID], within: Interval
) -> Iterator[tuple[UUID, str, Fraction, bool]]:
    """The exact cost of each outage; of one that reaches over an edge, of the part inside."""
    rows = DowntimeCost.objects.filter(
        Q(outage__ended_at__isnull=True) | Q(outage__ended_at__gt=within.start),
        outage__service__in=service_ids,
        outage__started_at__lt=within.end,
    ).select_related("outage")
    for row in rows:
        outage = row.outage
        span = span_of(outage, row.priced_until).clipped(within)
        amount = exact_cost(lost_milli(span, outage.weight), row.hourly_loss)
        yield outage.service_id, row.currency, amount, row.is_provisional


def value_at_risk_now(service_ids: Collection[UUID]) -> list[Money]:
    """What each further hour of the outages that last costs, by currency. One query."""
    rows = Outage.objects.filter(
        service__in=service_ids, ended_at__isnull=True, service__business_value__isnull=False
    ).values_list(
        "weight", "service__business_value__hourly_loss", "service__business_value__currency"
    )
    hourly: defaultdict[str, Fraction] = defaultdict(Fraction)
    for weight, loss, currency in rows:
        hourly[currency] += Fraction(loss) * weight / 1000
    return [Money(in_cents(hourly[code]), code, is_provisional=True) for code in sorted(hourly)]


def value_of(service: Service) -> BusinessValue | None:
    """What an hour of the service is worth, if anybody said so."""
    return BusinessValue.objects.filter(service=service).first()


def values_visible_to(user: Person) -> QuerySet[BusinessValue]:
    """The business values that the user may see; none for those who see no money."""
    priced = services_for(user, Action.SEE_COSTS)
    return BusinessValue.objects.filter(service__in=priced).select_related("service")


def costs_visible_to(user: Person) -> QuerySet[DowntimeCost]:
    """The costs that the user may see; none for those who see no money."""
    priced = services_for(user, Action.SEE_COSTS)
    return DowntimeCost.objects.filter(outage__service__in=priced).select_related(
        "outage__service"
    )


def outages_to_price(since_by_service: Mapping[UUID, datetime]) -> QuerySet[Outage]:
    """The outages that last beyond the instant of their service, with what an hour is worth."""
    touched = Q(pk__in=[])
    for service_id, since in since_by_service.items():
        lasts = Q(ended_at__isnull=True) | Q(ended_at__gte=since)
        touched |= Q(service=service_id) & lasts
    return Outage.objects.filter(touched).select_related("service__business_value")


def open_outages_to_price() -> QuerySet[Outage]:
    """The outages that last, with what an hour is worth."""
    return Outage.objects.filter(
        ended_at__isnull=True, service__business_value__isnull=False
    ).select_related("service__business_value")


def unpriced_outages() -> QuerySet[Outage]:
    """Outages that are over and of value, without their final cost. An invariant: none."""
    return Outage.objects.filter(
        ended_at__isnull=False, service__business_value__isnull=False
    ).exclude(cost__is_provisional=False, cost__priced_until=F("ended_at"))


def span_of(outage: Outage, now: datetime) -> Interval:
    """The outage so far."""
    return Interval(outage.started_at, outage.ended_at or max(outage.started_at, now))
