"""Making promises, and changing them from a day on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo, available_timezones

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Max

from bsm.kernel.periods import Period, PeriodKind, day_start
from bsm.kernel.subjects import Subject
from catalog.models import Service
from sla.models import Agreement, AgreementVersion, Commitment, VersionState
from sla.queries import promises
from sla.signals import agreement_changed

UTC_ZONE = ZoneInfo("UTC")
IMPORTED_TARGET = Decimal("99.9")
OVERLAP = "one_effective_version_at_a_time"


@transaction.atomic
def create_agreement(
    *,
    name: str,
    effective_from: date,
    effective_to: date | None = None,
    commitments: Sequence[Mapping[str, Any]] = (),
    **fields: Any,
) -> Agreement:
    """An agreement with its first version and promises. Raises ValidationError by field."""
    agreement = Agreement(name=name.strip(), **fields)
    if agreement.timezone not in available_timezones():
        raise ValidationError({"timezone": "Is not the IANA name of a time zone."})
    agreement.full_clean()
    agreement.save(force_insert=True)
    add_version(
        agreement,
        effective_from=effective_from,
        effective_to=effective_to,
        commitments=commitments,
    )
    return agreement


@transaction.atomic
def add_version(
    agreement: Agreement,
    *,
    effective_from: date,
    effective_to: date | None = None,
    commitments: Sequence[Mapping[str, Any]] = (),
    **options: Any,
) -> AgreementVersion:
    """New terms for these dates. Options: `change_reason`, and `ends_previous`.

    With `ends_previous` a version that has no end yet ends where this one begins; without,
    dates that overlap another version are refused, and the other version is named.
    """
    ends_previous = options.pop("ends_previous", False)
    if effective_to is not None and effective_to <= effective_from:
        raise ValidationError({"effective_to": "Must be after the day it is effective from."})
    # Whoever adds a version holds the agreement.
    agreement = Agreement.objects.select_for_update().get(pk=agreement.pk)
    touched = _end_open_version(agreement, effective_from) if ends_previous else set()
    _refuse_overlap(agreement, effective_from, effective_to)
    numbers = agreement.versions.aggregate(last=Max("number"))
    version = AgreementVersion(
        agreement=agreement,
        number=(numbers["last"] or 0) + 1,
        effective=DateRange(effective_from, effective_to),
        **options,
    )
    version.clean_fields()
    _insert(version)
    for n, terms in enumerate(commitments):
        touched.add(_add_commitment(version, terms, f"commitments/{n}/").service_id)
    _announce(touched, _start_of(agreement, effective_from))
    return version


@transaction.atomic
def add_commitment(version: AgreementVersion, **terms: Any) -> Commitment:
    """One more promise in a version. Raises ValidationError by field."""
    commitment = _add_commitment(version, terms, "")
    start = _start_of(version.agreement, version.effective.lower)
    _announce({commitment.service_id}, start)
    return commitment


@transaction.atomic
def end_version(version: AgreementVersion, *, ends_on: date) -> AgreementVersion:
    """The version is effective until, not including, this day; no longer than before."""
    Agreement.objects.select_for_update().get(pk=version.agreement_id)
    version.refresh_from_db()
    upper = version.effective.upper
    if ends_on <= version.effective.lower or (upper is not None and upper < ends_on):
        raise ValidationError({"ends_on": "Must lie within the dates of the version."})
    version.effective = DateRange(version.effective.lower, ends_on)
    version.save(update_fields=["effective"])
    services = set(version.commitments.values_list("service_id", flat=True))
    _announce(services, _start_of(version.agreement, ends_on))
    return version


@transaction.atomic
def promise_monthly(since_by_service: Mapping[UUID, datetime]) -> list[Agreement]:
    """Give services with an imported history, and no promise at all, one to be judged by.

    99.9 % around the clock in UTC, from the first day of the month the history begins in.
    """
    # Two imports may meet: whoever holds the service makes its promise. Its key stays free:
    # rows of other workers that point to it must not wait for this, or both wait for ever.
    held = Service.objects.select_for_update(no_key=True)
    services = held.filter(pk__in=since_by_service)
    promised = set(
        Commitment.objects.filter(service__in=since_by_service).values_list(
            "service_id", flat=True
        )
    )
    return [
        create_agreement(
            name=f"Imported: {service.name}",
            effective_from=Period.at(
                PeriodKind.MONTH, since_by_service[service.pk], UTC_ZONE
            ).first_on,
            commitments=[{"service": service, "target_percent": IMPORTED_TARGET}],
        )
        for service in services.order_by("pk")
        if service.pk not in promised
    ]


def _end_open_version(agreement: Agreement, ends_on: date) -> set[UUID]:
    open_ones = agreement.versions.filter(
        state=VersionState.EFFECTIVE,
        effective__upper_inf=True,
        effective__startswith__lt=ends_on,
    )
    services: set[UUID] = set()
    for version in open_ones:
        version.effective = DateRange(version.effective.lower, ends_on)
        version.save(update_fields=["effective"])
        services |= set(version.commitments.values_list("service_id", flat=True))
    return services


def _refuse_overlap(agreement: Agreement, first_on: date, ends_on: date | None) -> None:
    other = promises.overlapping_versions(agreement, first_on, ends_on).first()
    if other is not None:
        raise _overlap_error(other)


def _overlap_error(other: AgreementVersion | None) -> ValidationError:
    if other is None:
        return ValidationError({"effective_from": "These dates overlap another version."})
    until = other.effective.upper
    ends = f"to {until:%Y-%m-%d}" if until else "until further notice"
    return ValidationError(
        {
            "effective_from": f"These dates overlap version {other.number}, which is effective "
            f"from {other.effective.lower:%Y-%m-%d} {ends}."
        }
    )


def _insert(version: AgreementVersion) -> None:
    try:
        with transaction.atomic():
            version.save(force_insert=True)
    except IntegrityError as error:
        if OVERLAP not in str(error):
            raise
        raise _overlap_error(None) from error


def _add_commitment(
    version: AgreementVersion, terms: Mapping[str, Any], prefix: str
) -> Commitment:
    commitment = Commitment(version=version, **terms)
    try:
        commitment.full_clean()
    except ValidationError as error:
        named = {prefix + field: found for field, found in error.message_dict.items()}
        raise ValidationError(named if prefix else error.message_dict) from error
    commitment.save(force_insert=True)
    return commitment


def _start_of(agreement: Agreement, day: date) -> datetime:
    return day_start(day, ZoneInfo(agreement.timezone))


def _announce(service_ids: Iterable[UUID], since: datetime) -> None:
    for service_id in sorted(service_ids):
        agreement_changed.send(Agreement, subject=str(Subject.service(service_id)), since=since)
