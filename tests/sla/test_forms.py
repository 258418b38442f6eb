"""Input about promises."""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal

import pytest

from catalog.commands import assign_role
from catalog.models import Role
from sla import commands
from sla.forms import AgreementForm, CalendarForm, VersionForm
from sla.models import Agreement
from tests.factories import make_agreement, make_service, make_user

pytestmark = pytest.mark.django_db


def user():
    found = make_user()
    assign_role(found, Role.SLA_MANAGER)
    return found


def terms(*services, **fields):
    return {
        "name": "Shop",
        "kind": "sla",
        "timezone": "Europe/Berlin",
        "services": [str(service.pk) for service in services],
        "operator": ">=",
        "target_percent": "99.95",
        "period_kind": "month",
        "unknown_policy": "exclude",
        "effective_from": "2026-02-01",
        **fields,
    }


def test_an_agreement_is_made_from_its_form():
    services = [make_service(), make_service()]
    form = AgreementForm(terms(*services), user=user())

    assert form.is_valid(), form.errors
    agreement = commands.create_agreement(**form.values)

    promised = agreement.versions.get().commitments.all()
    assert {c.service for c in promised} == set(services)
    assert {c.target_percent for c in promised} == {Decimal("99.95")}


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"timezone": "Mars/Base"}, "timezone"),
        ({"target_percent": "0"}, "target_percent"),
        ({"target_percent": "100.1"}, "target_percent"),
        ({"effective_to": "2026-02-01"}, "effective_to"),
        ({"services": []}, "services"),
        ({"name": "  "}, "name"),
    ],
)
def test_a_promise_that_makes_no_sense_is_refused_at_its_field(fields, field):
    form = AgreementForm({**terms(make_service()), **fields}, user=user())

    assert list(form.errors) == [field]


def test_a_name_is_used_once():
    Agreement.objects.create(name="Shop")

    assert list(AgreementForm(terms(make_service()), user=user()).errors) == ["name"]


def test_a_service_in_the_address_is_chosen_already():
    service = make_service()
    form = AgreementForm(user=user(), initial={"services": [], "service": service.slug})

    assert form["services"].value() == [service.pk]


def test_new_terms_start_from_the_last_ones():
    commitment = make_agreement(make_service(), target="99.5")
    agreement = commitment.version.agreement
    form = VersionForm(user=user(), agreement=agreement)

    assert form["target_percent"].value() == Decimal("99.5")
    assert form["services"].value() == [commitment.service_id]

    data = terms(commitment.service, effective_from="2026-05-01", ends_previous="on")
    form = VersionForm(data, user=user(), agreement=agreement)
    assert form.is_valid(), form.errors
    assert commands.add_version(agreement, **form.values).number == 2


HOURS = {
    "name": "Office",
    "days": ["1", "5"],
    "opens_at": "22:00",
    "closes_at": "06:00",
    "holidays": "2026-12-25 Christmas Day\n\n2026-12-26",
    "openings": "2026-12-24 9:00-13:00",
}


def test_service_hours_are_stated_in_a_form():
    form = CalendarForm(HOURS)

    assert form.is_valid(), form.errors
    calendar = commands.create_calendar(**form.values)

    assert [w.weekday for w in calendar.windows.all()] == [1, 5]
    assert [h.name for h in calendar.holidays.all()] == ["Christmas Day", "Holiday"]
    opening = calendar.openings.get()
    assert (opening.on, opening.opens_at) == (date(2026, 12, 24), time(9))


@pytest.mark.parametrize(
    ("field", "text", "message"),
    [
        ("holidays", "Christmas", "Line 1 does not start with a date."),
        ("holidays", "2026-12-25\n2026-02-30", "Line 2: there is no 2026-02-30."),
        ("holidays", "2026-12-25\n2026-12-25", "Line 2: 2026-12-25 is stated twice."),
        ("openings", "2026-12-24", "Line 1 is not written like 2026-12-24 09:00-13:00."),
        ("openings", "2026-12-24 09:00-25:00", "Line 1: there is no 25:00."),
    ],
)
def test_a_line_that_cannot_be_read_is_named(field, text, message):
    form = CalendarForm({**HOURS, field: text})

    assert form.errors == {field: [message]}
