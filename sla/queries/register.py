"""The register of promises as its pages read it: what stands, and what each came to."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import DateField, F, Func, Prefetch, Q, QuerySet, Value
from django.db.models.functions import Cast

from bsm.kernel.intervals import Interval
from catalog.models import Service, User
from catalog.queries import services_visible_to
from impact.models import Outage
from sla.models import (
    Agreement,
    AgreementVersion,
    Commitment,
    DayFact,
    Exclusion,
    PeriodResult,
    VersionState,
)

PERIODS = 13  # a year and the same month of the year before


def promises_visible_to(user: User, *, now: datetime) -> QuerySet[Commitment]:
    """What is promised today, by the calendar of each agreement, about visible services."""
    today = Cast(
        Func(F("version__agreement__timezone"), Value(now), function="timezone"), DateField()
    )
    standing = Commitment.objects.filter(
        version__state=VersionState.EFFECTIVE,
        version__effective__contains=today,
        service__in=services_visible_to(user),
    )
    return standing.select_related(
        "service", "calendar", "version__agreement__customer"
    ).order_by("service__name", "version__agreement__name", "pk")


def newest_results(promises: Collection[Commitment]) -> dict[UUID, PeriodResult]:
    """The result of the latest period of each promise. One query."""
    rows = PeriodResult.objects.filter(commitment__in=promises)
    newest = rows.order_by("commitment", "-first_on").distinct("commitment")
    return {row.commitment_id: row for row in newest}


def promised_services(agreement: Agreement, user: User) -> list[Service]:
    """The services that the agreement is, or was, about, as far as the user may see them."""
    visible = services_visible_to(user)
    about = visible.filter(commitments__version__agreement=agreement)
    return list(about.order_by("name").distinct())


def versions_of(agreement: Agreement, services: Collection[Service]) -> list[AgreementVersion]:
    """The versions, the newest first, each with what it `promised` about the services."""
    promised = Commitment.objects.filter(service__in=services)
    promised = promised.select_related("service", "calendar").order_by("service__name", "pk")
    versions = agreement.versions.order_by("-number")
    return list(
        versions.prefetch_related(Prefetch("commitments", promised, to_attr="promised"))
    )


def history_of(agreement: Agreement, service: Service) -> list[PeriodResult]:
    """What the agreement came to for the service in its last periods, the newest first.

    A period in which the promise changed has a result for each version.
    """
    rows = PeriodResult.objects.filter(
        commitment__service=service,
        commitment__version__agreement=agreement,
        commitment__version__state=VersionState.EFFECTIVE,
    ).select_related("commitment__version", "commitment__calendar")
    return list(rows.order_by("-first_on", "-commitment__version__number")[:PERIODS])


def results_visible_to(user: User) -> QuerySet[PeriodResult]:
    """The results about the services that the user may see."""
    visible = PeriodResult.objects.filter(commitment__service__in=services_visible_to(user))
    return visible.select_related(
        "commitment__service", "commitment__calendar", "commitment__version__agreement"
    )


def days_of(result: PeriodResult) -> list[DayFact]:
    """The days that the result is the sum of, oldest first."""
    days = DayFact.objects.filter(
        commitment=result.commitment_id,
        on__gte=result.first_on,
        on__lt=result.period.ends_on,
    )
    return list(days.order_by("on"))


def exclusions_touching(service_id: UUID, within: Interval) -> list[Exclusion]:
    """Every exclusion, granted or not, that touches the span, oldest first."""
    rows = Exclusion.objects.filter(
        service=service_id, valid__overlap=(within.start, within.end)
    )
    return list(rows.select_related("approver").order_by("valid"))


def outages_touching(service_id: UUID, within: Interval) -> list[Outage]:
    """The outages of the service that touch the span, oldest first."""
    rows = Outage.objects.filter(
        Q(ended_at__isnull=True) | Q(ended_at__gt=within.start),
        service=service_id,
        started_at__lt=within.end,
    )
    return list(rows.order_by("started_at"))
