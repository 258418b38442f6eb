"""What the demo company promised itself, as rows that are not saved yet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time, timedelta
from decimal import Decimal
from uuid import UUID

import holidays
from django.db.backends.postgresql.psycopg_any import DateRange, DateTimeTZRange

from bsm.demo.company import BRANCH, IT, OFFICE, ZONE, Offer
from bsm.demo.estate import Company
from bsm.demo.identity import Identity
from bsm.demo.weather import ZONE_INFO, Weather
from bsm.kernel.intervals import Interval
from sla.domain.words import Effect
from sla.models import (
    Agreement,
    AgreementKind,
    AgreementVersion,
    Calendar,
    Commitment,
    Exclusion,
    ExclusionCategory,
    ExclusionState,
    Holiday,
    ServiceWindow,
)

# Weekdays, opening and closing, by the wall clock.
WEEKS = {
    OFFICE: [(range(1, 6), time(7), time(19))],
    BRANCH: [(range(1, 6), time(8, 30), time(18)), (range(6, 7), time(9), time(13))],
}
HARDENED, BEFORE = "corporate-portal", "99.5"  # its target was raised in mid-year
MIDDLE = timedelta(days=183)


@dataclass(frozen=True, slots=True)
class Promises:
    """Makes the agreements, calendars and exclusions of one company."""

    company: Company
    identity: Identity
    span: Interval

    @property
    def first_on(self) -> date:
        return self.span.start.astimezone(ZONE_INFO).date()

    @property
    def raised_on(self) -> date:
        """The first of the month half a year before the end."""
        return (self.span.end.astimezone(ZONE_INFO) - MIDDLE).date().replace(day=1)

    def calendars(self) -> list[Calendar]:
        return [
            Calendar(id=self._calendar(name), name=f"{name.capitalize()} (demo)", is_demo=True)
            for name in WEEKS
        ]

    def windows(self) -> list[ServiceWindow]:
        return [
            ServiceWindow(
                calendar_id=self._calendar(name),
                weekday=weekday,
                opens_at=opens_at,
                closes_at=closes_at,
            )
            for name, week in WEEKS.items()
            for weekdays, opens_at, closes_at in week
            for weekday in weekdays
        ]

    def holidays(self) -> list[Holiday]:
        years = range(self.first_on.year, self.span.end.year + 2)
        public = holidays.country_holidays("DE", subdiv="HE", years=years)
        return [
            Holiday(calendar_id=self._calendar(name), on=on, name=title[:80])
            for name in WEEKS
            for on, title in sorted(public.items())
        ]

    def agreements(self) -> list[Agreement]:
        return [
            Agreement(
                id=self.identity.of(f"agreement {offer.key}"),
                name=f"{offer.name} for {'all units' if offer.unit == IT else offer.unit}",
                kind=AgreementKind.OLA if offer.unit == IT else AgreementKind.SLA,
                customer_id=self.identity.unit(offer.unit),
                timezone=ZONE,
                owner_id=self.identity.user("it.manager"),
                is_demo=True,
            )
            for offer in self._promised
        ]

    def versions(self) -> list[AgreementVersion]:
        return [version for offer in self._promised for version in self._versions(offer)]

    def commitments(self) -> list[Commitment]:
        return [
            Commitment(
                version_id=version.pk,
                service_id=self.identity.service(offer.key),
                calendar_id=self._calendar(offer.hours) if offer.hours in WEEKS else None,
                target_percent=self._target(offer, version),
            )
            for offer in self._promised
            for version in self._versions(offer)
        ]

    def exclusions(self, weather: Weather) -> list[Exclusion]:
        """The planned nights so far, approved; and one request that still waits."""
        promised = {offer.key for offer in self._promised}
        nights = [
            self._exclusion(work.key, work.window)
            for work in weather.planned_work(self.span)
            if work.key in promised
        ]
        return [*nights, *self._requested(promised)]

    def _requested(self, promised: set[str]) -> Iterator[Exclusion]:
        if "claims-portal" in promised:
            start = self.span.end.replace(second=0, microsecond=0) - timedelta(days=6)
            asked = self._exclusion(
                "claims-portal", Interval(start, start + timedelta(hours=1))
            )
            asked.category = ExclusionCategory.CUSTOMER_CAUSED
            asked.reason = "The customer's bulk upload filled the queue"
            asked.state, asked.approver_id = ExclusionState.REQUESTED, None
            yield asked

    def _exclusion(self, key: str, span: Interval) -> Exclusion:
        return Exclusion(
            id=self.identity.of(f"exclusion {key} {span.start:%F %T}"),
            service_id=self.identity.service(key),
            valid=DateTimeTZRange(span.start, span.end, "[)"),
            category=ExclusionCategory.PLANNED_MAINTENANCE,
            effect=Effect.EXCLUDE,
            state=ExclusionState.APPROVED,
            announced_at=span.start - timedelta(days=10),
            reason="Monthly release and patching, announced ten days ahead",
            requester_id=self.identity.user("p.zelnik"),
            approver_id=self.identity.user("it.manager"),
            is_demo=True,
        )

    @property
    def _promised(self) -> list[Offer]:
        return [offer for offer in self.company.offers if offer.target is not None]

    def _versions(self, offer: Offer) -> list[AgreementVersion]:
        if offer.key != HARDENED or self.raised_on <= self.first_on:
            return [self._version(offer, 1, DateRange(self.first_on, None), "")]
        return [
            self._version(offer, 1, DateRange(self.first_on, self.raised_on), ""),
            self._version(
                offer, 2, DateRange(self.raised_on, None), "Payments approved here need more"
            ),
        ]

    def _version(
        self, offer: Offer, number: int, effective: DateRange, reason: str
    ) -> AgreementVersion:
        return AgreementVersion(
            id=self.identity.of(f"version {offer.key} {number}"),
            agreement_id=self.identity.of(f"agreement {offer.key}"),
            number=number,
            effective=effective,
            change_reason=reason,
        )

    def _target(self, offer: Offer, version: AgreementVersion) -> Decimal:
        is_old = offer.key == HARDENED and version.effective.upper is not None
        return Decimal(BEFORE if is_old else offer.target or BEFORE)

    def _calendar(self, name: str) -> UUID:
        return self.identity.of(f"calendar {name}")
