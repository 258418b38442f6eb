"""Things to test with, made through the front doors where there are any."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count
from typing import Any

from django.db.backends.postgresql.psycopg_any import DateRange

from assets.commands import create_ci
from assets.models import CI, CIType
from bsm.kernel.intervals import Interval
from catalog.commands import create_service
from catalog.models import LifecycleState, Service, User
from impact.models import Dependency
from monitoring.models import Monitor
from sla.models import Agreement, AgreementVersion, Calendar, Commitment

numbers = count(1)


def at(text: str) -> datetime:
    """An instant in UTC: "2026-03-10 09:00", or "03-10 09:00" of 2026."""
    text = text if len(text.split("-", maxsplit=1)[0]) == 4 else f"2026-{text}"
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def span(start: str, end: str) -> Interval:
    return Interval(at(start), at(end))


def make_user(name: str = "", **fields: Any) -> User:
    return User.objects.create_user(username=name or f"user-{next(numbers)}", **fields)


def make_service(name: str = "", **fields: Any) -> Service:
    fields.setdefault("state", LifecycleState.LIVE)
    return create_service(name=name or f"Service {next(numbers)}", **fields)


def make_ci(name: str = "", **fields: Any) -> CI:
    fields.setdefault("type", CIType.SERVER)
    return create_ci(name=name or f"ci-{next(numbers)}", **fields)


def make_monitor(
    subject: Service | CI, *, created_at: datetime | None = None, name: str = "", **fields: Any
) -> Monitor:
    """A passive monitor with one confirmation, unless said otherwise."""
    from monitoring.commands import create_monitor  # noqa: PLC0415

    fields.setdefault("kind", "passive")
    if fields["kind"] == "passive":
        fields.setdefault("confirm_down", 1)
    return create_monitor(
        name=name or f"monitor {next(numbers)}",
        service=subject if isinstance(subject, Service) else None,
        ci=subject if isinstance(subject, CI) else None,
        now=created_at or at("2026-01-01 00:00"),
        **fields,
    )


def make_dependency(parent: Service | CI, child: Service | CI, **fields: Any) -> Dependency:
    from impact.commands import add_dependency  # noqa: PLC0415

    return add_dependency(parent=parent, child=child, now=at("2026-01-01 00:00"), **fields)


def make_calendar(name: str = "", **fields: Any) -> Calendar:
    return Calendar.objects.create(name=name or f"Calendar {next(numbers)}", **fields)


def make_agreement(
    service: Service,
    *,
    target: str = "99.9",
    timezone: str = "UTC",
    calendar: Calendar | None = None,
    effective_from: date = date(2026, 1, 1),
) -> Commitment:
    """An agreement with one version and one monthly promise; returns the promise."""
    agreement = Agreement.objects.create(name=f"Agreement {next(numbers)}", timezone=timezone)
    version = AgreementVersion.objects.create(
        agreement=agreement, number=1, effective=DateRange(effective_from, None)
    )
    return Commitment.objects.create(
        version=version, service=service, calendar=calendar, target_percent=Decimal(target)
    )
