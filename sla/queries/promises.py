"""What was promised, as the domain reads it, and what is known about it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Max, Min, Prefetch, Q, QuerySet
from django.db.models.functions import Lower

from bsm.kernel.intervals import Interval
from bsm.kernel.periods import PeriodKind
from catalog.domain.access import Action
from catalog.models import Service
from catalog.queries import Person, may, services_for, services_visible_to
from impact.domain.labels import Label
from impact.models import NodeState
from impact.queries import outage_history_of, unknown_of
from sla.domain.evaluation import BLIND, Promise, Scope
from sla.domain.service_hours import Opening, ServiceHours, Window
from sla.domain.situation import Down, Excuse, Rules, Situation
from sla.domain.verdict import Target
from sla.domain.words import Effect, Operator, Overlap, UnknownPolicy
from sla.models import (
    Agreement,
    AgreementVersion,
    Calendar,
    Commitment,
    Exclusion,
    ExclusionState,
    Holiday,
    ServiceWindow,
    SpecialOpening,
    VersionState,
)


def agreements_visible_to(user: Person) -> QuerySet[Agreement]:
    """Agreements about a service the user may see; those about none yet are for all."""
    visible = Q(versions__commitments__service__in=services_visible_to(user))
    agreements = Agreement.objects.filter(visible | Q(versions__commitments__isnull=True))
    return Agreement.objects.filter(pk__in=agreements.values("pk"))


def may_change(agreement: Agreement, user: Person) -> bool:
    """Whether the user may change the agreement: all that it promises, and so each service."""
    if may(user, Action.EDIT_PROMISES):
        return True
    promised = Commitment.objects.filter(version__agreement=agreement)
    own = services_for(user, Action.EDIT_PROMISES)
    return promised.exists() and not promised.exclude(service__in=own).exists()


def calendars() -> QuerySet[Calendar]:
    return Calendar.objects.prefetch_related("windows", "holidays", "openings")


def exclusions_visible_to(user: Person) -> QuerySet[Exclusion]:
    visible = Exclusion.objects.filter(service__in=services_visible_to(user))
    return visible.select_related("service", "requester", "approver")


def commitments_on(service: Service) -> QuerySet[Commitment]:
    """The promises about a service that stand, or stood; the newest first."""
    standing = Commitment.objects.filter(service=service, version__state=VersionState.EFFECTIVE)
    return standing.select_related("version__agreement", "calendar").order_by(
        "-version__effective", "version__agreement__name", "pk"
    )


def promises_visible_to(user: Person, *, now: datetime) -> QuerySet[Commitment]:
    """The promises that stand today about services the user may see."""
    standing = Commitment.objects.filter(
        service__in=services_visible_to(user),
        version__state=VersionState.EFFECTIVE,
        version__effective__contains=now.date(),
    )
    return standing.select_related(
        "service", "calendar", "version__agreement__customer"
    ).order_by("service__name", "version__agreement__name", "pk")


def promised_services(agreement: Agreement, user: Person) -> list[Service]:
    """The services the agreement is about, as far as the user may see them."""
    promised = Commitment.objects.filter(version__agreement=agreement)
    visible = services_visible_to(user).filter(pk__in=promised.values("service"))
    return list(visible.order_by("name", "pk"))


def versions_of(agreement: Agreement, services: Collection[Service]) -> list[AgreementVersion]:
    """The versions, newest first, each with its promises about these as `promised`."""
    promised = Commitment.objects.filter(service__in=[service.pk for service in services])
    promised = promised.select_related("service", "calendar").order_by("service__name", "pk")
    versions = agreement.versions.order_by("-number")
    return list(versions.prefetch_related(Prefetch("commitments", promised, "promised")))


def overlapping_versions(
    agreement: Agreement, first_on: date, ends_on: date | None
) -> QuerySet[AgreementVersion]:
    """The effective versions of the agreement that share a day with these dates."""
    return AgreementVersion.objects.filter(
        agreement=agreement,
        state=VersionState.EFFECTIVE,
        effective__overlap=(first_on, ends_on),
    ).order_by("number")


def judged_services() -> list[UUID]:
    """The services about which anything was promised."""
    promised = Commitment.objects.filter(version__state=VersionState.EFFECTIVE)
    return list(promised.values_list("service_id", flat=True).distinct().order_by("service_id"))


def commitments_of(service_ids: Collection[UUID]) -> list[tuple[UUID, UUID]]:
    """(commitment, service) of what stands or stood about these services, in a fixed order."""
    standing = Commitment.objects.filter(
        version__state=VersionState.EFFECTIVE, service__in=service_ids
    )
    return list(standing.order_by("pk").values_list("pk", "service_id"))


def running_since(now: datetime) -> dict[UUID, datetime | None]:
    """From where each promise with a running period must be measured on; None: from its start.

    That is where its oldest provisional result stopped, so a period that just ended is
    finished as well.
    """
    recent = Q(results__first_on__gte=(now - BLIND).date())
    rows = (
        Commitment.objects.filter(version__state=VersionState.EFFECTIVE)
        .annotate(
            ends_on=Max("version__effective__endswith"),
            open_since=Min(
                "results__measured_until", filter=recent & Q(results__is_provisional=True)
            ),
            measured_until=Max("results__measured_until", filter=recent),
        )
        .order_by("pk")
        .values_list("pk", "ends_on", "open_since", "measured_until")
    )
    return {
        pk: open_since or measured_until
        for pk, ends_on, open_since, measured_until in rows
        # One day of slack for the zones east of UTC.
        if open_since or ends_on is None or ends_on >= now.date()
    }


def promises_of(commitments: Collection[Commitment]) -> list[Promise]:
    """As the domain reads them. Needs version and agreement selected."""
    hours = service_hours_of({c.calendar_id for c in commitments if c.calendar_id})
    return [
        promise_of(c, hours.get(c.calendar_id) if c.calendar_id else None) for c in commitments
    ]


def promise_of(commitment: Commitment, hours: ServiceHours | None) -> Promise:
    """The terms of one commitment; `hours` are those of its calendar."""
    effective = commitment.version.effective
    policy = UnknownPolicy(commitment.unknown_policy)
    return Promise(
        id=commitment.pk,
        service_id=commitment.service_id,
        zone=ZoneInfo(commitment.version.agreement.timezone),
        kind=PeriodKind(commitment.period_kind),
        hours=hours,
        rules=Rules(
            unknown_policy=policy,
            hold_last_seconds=commitment.hold_last_seconds,
            overlap=Overlap(commitment.overlap),
            min_outage_seconds=commitment.min_outage_seconds,
            notice_hours=commitment.notice_hours,
            exclusion_cap_seconds=commitment.exclusion_cap_seconds,
        ),
        target=Target(
            Operator(commitment.operator),
            commitment.target_percent,
            policy,
            commitment.min_coverage_percent,
        ),
        first_on=effective.lower,
        ends_on=effective.upper,
    )


def service_hours_of(calendar_ids: Collection[UUID]) -> dict[UUID, ServiceHours]:
    """The calendars as the domain reads them, in three queries."""
    if not calendar_ids:
        return {}
    weekly, holidays, openings = defaultdict(list), defaultdict(set), defaultdict(list)
    of = {"calendar__in": calendar_ids}
    for window in ServiceWindow.objects.filter(**of):
        weekly[window.calendar_id].append(
            Window(window.weekday, window.opens_at, window.closes_at)
        )
    for holiday in Holiday.objects.filter(**of):
        holidays[holiday.calendar_id].add(holiday.on)
    for opening in SpecialOpening.objects.filter(**of):
        openings[opening.calendar_id].append(
            Opening(opening.on, opening.opens_at, opening.closes_at)
        )
    return {
        pk: ServiceHours(tuple(weekly[pk]), frozenset(holidays[pk]), tuple(openings[pk]))
        for pk in calendar_ids
    }


def known_from(service_ids: Collection[UUID]) -> dict[UUID, datetime]:
    """Since when anything is known about each service."""
    known = NodeState.objects.filter(service__in=service_ids).exclude(label=Label.UNKNOWN)
    rows = known.values("service_id").annotate(first_at=Min(Lower("valid")))
    return {row["service_id"]: row["first_at"] for row in rows if row["first_at"]}


@dataclass(frozen=True, slots=True)
class Evidence:
    """What happened to some services, each by its id."""

    outages: dict[UUID, list[Down]]
    unknown: dict[UUID, list[Interval]]
    excuses: dict[UUID, list[Excuse]]

    def about(self, scope: Scope) -> Situation:
        """What matters for the scope."""
        service_id, span = scope.promise.service_id, scope.span
        return Situation(
            outages=[o for o in self.outages.get(service_id, ()) if o.interval.overlaps(span)],
            unknown=[gap for gap in self.unknown.get(service_id, ()) if gap.overlaps(span)],
            excuses=[e for e in self.excuses.get(service_id, ()) if e.interval.overlaps(span)],
        )


def evidence_of(service_ids: Collection[UUID], within: Interval, now: datetime) -> Evidence:
    """Outages, gaps and exclusions of the services, in a fixed number of queries."""
    return Evidence(
        outages=_outages_of(service_ids, within, now),
        unknown=unknown_of(service_ids, within, now),
        excuses=_excuses_of(service_ids, within),
    )


def _outages_of(
    service_ids: Collection[UUID], within: Interval, now: datetime
) -> dict[UUID, list[Down]]:
    """By id, so that a segment can name the outage that made it."""
    found: dict[UUID, list[Down]] = defaultdict(list)
    for outage in outage_history_of(service_ids, within.start):
        # What began after `now`, or lasts, is cut to it by the engine.
        end = outage.ended_at or max(now, outage.started_at)
        span = Interval(outage.started_at, end)
        found[outage.service_id].append(Down(span, outage.weight, str(outage.pk)))
    return dict(found)


def _excuses_of(service_ids: Collection[UUID], within: Interval) -> dict[UUID, list[Excuse]]:
    approved = Exclusion.objects.filter(
        service__in=service_ids,
        state=ExclusionState.APPROVED,
        valid__overlap=(within.start, within.end),
    )
    found: dict[UUID, list[Excuse]] = defaultdict(list)
    for exclusion in approved.order_by("valid", "pk"):
        found[exclusion.service_id].append(excuse_of(exclusion))
    return dict(found)


def excuse_of(exclusion: Exclusion) -> Excuse:
    valid: Any = exclusion.valid
    return Excuse(
        Interval(valid.lower, valid.upper),
        Effect(exclusion.effect),
        is_approved=exclusion.state == ExclusionState.APPROVED,
        announced_at=exclusion.announced_at,
        id=str(exclusion.pk),
    )
