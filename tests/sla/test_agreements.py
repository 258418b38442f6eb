"""Making and changing promises; leaving time out."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from bsm.models import Recomputation
from sla import commands
from sla.checks import service_has_a_target
from sla.models import Agreement, AgreementVersion, Commitment
from tests.factories import at, make_agreement, make_service, make_user, span

pytestmark = pytest.mark.django_db

FEBRUARY = date(2026, 2, 1)


def promise(service, target="99.9", **terms):
    return {"service": service, "target_percent": Decimal(target), **terms}


def agree(service, **fields):
    fields.setdefault("name", "Shop for everybody")
    fields.setdefault("effective_from", FEBRUARY)
    return commands.create_agreement(commitments=[promise(service)], **fields)


def waiting():
    return {(row.step, row.subject, row.since) for row in Recomputation.objects.all()}


def test_an_agreement_comes_with_its_first_version_and_announces_it():
    service = make_service()
    Recomputation.objects.all().delete()

    agreement = agree(service, timezone="Europe/Berlin")

    version = agreement.versions.get()
    assert (version.number, version.effective.lower, version.effective.upper) == (
        1,
        FEBRUARY,
        None,
    )
    assert version.commitments.get().service == service
    assert waiting() == {
        ("sla.evaluate_services", f"service:{service.pk}", at("2026-01-31 23:00"))
    }


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"timezone": "Mars/Base"}, "timezone"),
        ({"effective_to": FEBRUARY}, "effective_to"),
        ({"name": ""}, "name"),
    ],
)
def test_what_cannot_be_promised_is_refused_at_its_field(fields, field):
    with pytest.raises(ValidationError) as refused:
        agree(make_service(), **fields)

    assert list(refused.value.message_dict) == [field]
    assert not Agreement.objects.exists()


def test_a_bad_promise_leaves_nothing_half_done():
    with pytest.raises(ValidationError) as refused:
        commands.create_agreement(
            name="Shop",
            effective_from=FEBRUARY,
            commitments=[promise(make_service()), promise(make_service(), "100.5")],
        )

    assert "commitments/1/__all__" in refused.value.message_dict
    assert not Agreement.objects.exists()


def test_versions_that_overlap_are_refused_and_the_other_is_named():
    service = make_service()
    agreement = agree(service)

    with pytest.raises(ValidationError) as refused:
        commands.add_version(
            agreement, effective_from=date(2026, 5, 1), commitments=[promise(service)]
        )

    [message] = refused.value.message_dict["effective_from"]
    assert "version 1, which is effective from 2026-02-01 until further notice" in message
    assert agreement.versions.count() == 1


def test_the_database_refuses_overlapping_versions_too():
    agreement = agree(make_service())

    with (
        pytest.raises(IntegrityError, match="one_effective_version_at_a_time"),
        transaction.atomic(),
    ):
        AgreementVersion.objects.create(
            agreement=agreement, number=2, effective=DateRange(date(2026, 5, 1), None)
        )


def test_a_new_version_may_end_the_one_before_it():
    service = make_service()
    agreement = agree(service)
    Recomputation.objects.all().delete()

    commands.add_version(
        agreement,
        effective_from=date(2026, 5, 1),
        commitments=[promise(service, "99.5")],
        ends_previous=True,
        change_reason="Less is enough",
    )

    first, second = agreement.versions.all()
    assert (first.effective.upper, second.effective.lower) == (date(2026, 5, 1),) * 2
    assert second.change_reason == "Less is enough"
    assert {since for _, _, since in waiting()} == {at("2026-05-01 00:00")}


def test_a_service_is_promised_once_per_version():
    service = make_service()
    version = agree(service).versions.get()

    with pytest.raises(ValidationError):
        commands.add_commitment(version, **promise(service))


def test_an_imported_history_gets_a_promise_where_there_is_none():
    imported, promised = make_service("Imported one"), make_agreement(make_service()).service
    since = {imported.pk: at("2026-08-05 10:00"), promised.pk: at("2026-08-05 10:00")}

    commands.promise_monthly(since)
    commands.promise_monthly(since)

    commitment = Commitment.objects.get(service=imported)
    assert commitment.version.agreement.name == "Imported: Imported one"
    assert commitment.version.effective == DateRange(date(2026, 8, 1), None)
    assert (commitment.target_percent, commitment.calendar) == (Decimal("99.9"), None)
    assert Commitment.objects.filter(service=promised).count() == 1


def test_a_service_with_a_standing_promise_has_a_target():
    service = make_service()
    assert not service_has_a_target(service).passed

    agree(service, effective_to=date(2026, 3, 1))
    assert not service_has_a_target(service).passed

    agree(service, name="Another", effective_from=date(2026, 3, 1))
    assert service_has_a_target(service).passed


def requested(service, **fields):
    return commands.request_exclusion(
        service=service,
        span=span("2026-04-10 02:00", "2026-04-10 04:00"),
        requester=fields.pop("requester", None) or make_user(),
        now=at("2026-04-01 00:00"),
        category="planned_maintenance",
        reason="Release",
        **fields,
    )


def test_an_exclusion_needs_four_eyes():
    requester = make_user()
    exclusion = requested(make_service(), requester=requester)

    with pytest.raises(ValidationError, match="Somebody else"):
        commands.approve_exclusion(exclusion, approver=requester)

    approved = commands.approve_exclusion(exclusion, approver=make_user())
    assert approved.state == "approved"


def test_only_what_changes_a_value_is_announced():
    service = make_service()
    Recomputation.objects.all().delete()

    exclusion = requested(service)
    assert waiting() == set()

    exclusion = commands.approve_exclusion(exclusion, approver=make_user())
    step = ("sla.evaluate_services", f"service:{service.pk}", at("2026-04-10 02:00"))
    assert waiting() == {step}

    Recomputation.objects.all().delete()
    commands.revoke_exclusion(exclusion, approver=make_user())
    assert waiting() == {step}


def test_an_exclusion_is_decided_once():
    exclusion = requested(make_service())
    commands.reject_exclusion(exclusion, approver=make_user())

    with pytest.raises(ValidationError, match="Is rejected, so it cannot be approved"):
        commands.approve_exclusion(exclusion, approver=make_user())
