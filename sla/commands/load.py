"""Taking in all promises of a company at once, and taking them away."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q

from bsm.kernel.periods import day_start
from bsm.kernel.subjects import Subject
from sla.models import (
    Agreement,
    AgreementVersion,
    Calendar,
    Commitment,
    Exclusion,
    Holiday,
    ServiceWindow,
)
from sla.signals import agreement_changed


@transaction.atomic
def load_calendars(
    calendars: Sequence[Calendar],
    *,
    windows: Sequence[ServiceWindow],
    holidays: Sequence[Holiday],
) -> None:
    Calendar.objects.bulk_create(calendars)
    ServiceWindow.objects.bulk_create(windows)
    Holiday.objects.bulk_create(holidays)


@transaction.atomic
def load_agreements(
    agreements: Sequence[Agreement],
    *,
    versions: Sequence[AgreementVersion],
    commitments: Sequence[Commitment],
    exclusions: Sequence[Exclusion],
) -> None:
    """Take in promises that are known to be right; each service is announced once."""
    Agreement.objects.bulk_create(agreements)
    AgreementVersion.objects.bulk_create(versions)
    Commitment.objects.bulk_create(commitments)
    Exclusion.objects.bulk_create(exclusions)
    zones = {agreement.pk: ZoneInfo(agreement.timezone) for agreement in agreements}
    starts = {
        version.pk: day_start(version.effective.lower, zones[version.agreement_id])
        for version in versions
    }
    since: dict[Subject, datetime] = {}
    for commitment in commitments:
        subject = Subject.service(commitment.service_id)
        start = starts[commitment.version_id]
        since[subject] = min(start, since.get(subject, start))
    for subject, start in since.items():
        agreement_changed.send(Commitment, subject=str(subject), since=start)


@transaction.atomic
def remove_demo() -> dict[str, int]:
    """Take away what demo agreements promise, and what anybody promised of a demo service."""
    commitments = Commitment.objects.filter(
        Q(service__is_demo=True) | Q(version__agreement__is_demo=True)
    )
    agreements = Agreement.objects.filter(is_demo=True)
    exclusions = Exclusion.objects.filter(Q(is_demo=True) | Q(service__is_demo=True))
    removed = {
        "agreements": agreements.count(),
        "promises": commitments.count(),
        "exclusions": exclusions.count(),
    }
    commitments.delete()
    agreements.delete()
    exclusions.delete()
    Calendar.objects.filter(is_demo=True).delete()
    Agreement.objects.filter(customer__is_demo=True).update(customer=None)
    Exclusion.objects.filter(requester__is_demo=True).update(requester=None)
    return removed
