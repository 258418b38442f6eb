"""Putting a price on downtime."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import Q

from bsm.kernel.subjects import Subject
from catalog.models import Service
from finance import queries
from finance.domain.downtime import cost, lost_milli
from finance.models import BusinessValue, DowntimeCost
from finance.signals import business_value_changed
from impact.models import Outage
from impact.queries import first_outage_at

PRICED = [
    "amount",
    "currency",
    "hourly_loss",
    "lost_milli",
    "is_provisional",
    "priced_until",
]


@transaction.atomic
def set_business_value(
    service: Service,
    *,
    hourly_loss: Decimal,
    now: datetime,
    currency: str = "EUR",
    is_demo: bool = False,
) -> BusinessValue:
    """Say what an hour of the service is worth. All its outages are priced again."""
    if hourly_loss < 0:
        raise ValidationError({"hourly_loss": "An hour without the service is no gain."})
    value = BusinessValue.objects.select_for_update().filter(service=service).first()
    if value is None:
        value = BusinessValue(service=service, is_demo=is_demo)
    elif (value.hourly_loss, value.currency) == (hourly_loss, currency):
        return value
    value.hourly_loss, value.currency = hourly_loss, currency
    value.clean_fields()
    value.save()
    since = first_outage_at(service.pk) or now
    business_value_changed.send(
        BusinessValue, subject=str(Subject.service(service.pk)), since=since
    )
    return value


@transaction.atomic
def load_values(values: Sequence[BusinessValue], *, since: datetime) -> None:
    """Take in what many services are worth at once; none was out before `since`."""
    BusinessValue.objects.bulk_create(values)
    for value in values:
        business_value_changed.send(
            BusinessValue, subject=str(Subject.service(value.service_id)), since=since
        )


@transaction.atomic
def remove_demo() -> dict[str, int]:
    """Take away what demo services are worth; their costs go with their outages."""
    demo = BusinessValue.objects.filter(Q(is_demo=True) | Q(service__is_demo=True))
    removed = {"business values": demo.count()}
    demo.delete()
    return removed


@transaction.atomic
def price_outages(since_by_service: Mapping[UUID, datetime], *, now: datetime) -> None:
    """Price the outages of each service that last beyond its instant. Safe to repeat."""
    _lock()
    _price(queries.outages_to_price(since_by_service), now)


@transaction.atomic
def price_open_outages(*, now: datetime) -> None:
    """Bring the provisional costs of the outages that last up to now."""
    _lock()
    _price(queries.open_outages_to_price(), now)


def _lock() -> None:
    """One pricing at a time: two with different clocks could leave the older figure."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('finance_downtimecost'))")


def _price(outages: Iterable[Outage], now: datetime) -> None:
    """Replace the costs of these outages; one without a value of the hour has none."""
    priced: list[DowntimeCost] = []
    worthless: list[UUID] = []
    for outage in outages:
        value: BusinessValue | None = getattr(outage.service, "business_value", None)
        if value is None:
            worthless.append(outage.pk)
        else:
            priced.append(_cost(outage, value, now))
    DowntimeCost.objects.filter(pk__in=worthless).delete()
    DowntimeCost.objects.bulk_create(
        priced, update_conflicts=True, unique_fields=["outage"], update_fields=PRICED
    )


def _cost(outage: Outage, value: BusinessValue, now: datetime) -> DowntimeCost:
    span = queries.span_of(outage, now)
    lost = lost_milli(span, outage.weight)
    return DowntimeCost(
        outage=outage,
        amount=cost(lost, value.hourly_loss),
        currency=value.currency,
        hourly_loss=value.hourly_loss,
        lost_milli=lost,
        is_provisional=outage.ended_at is None,
        priced_until=span.end,
    )
