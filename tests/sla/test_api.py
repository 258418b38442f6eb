"""Service levels for programs."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from catalog.commands import assign_role
from catalog.models import LifecycleState, Role
from impact.models import NodeState, Outage
from sla import commands
from sla.models import Agreement, Calendar, Exclusion
from tests.factories import at, make_agreement, make_service, make_user

pytestmark = pytest.mark.django_db

RESULTS, SIMULATE = "/api/v1/sla/results/", "/api/v1/sla/simulate"
AGREEMENTS, EXCLUSIONS = "/api/v1/sla/agreements/", "/api/v1/sla/exclusions/"
EIGHTH_DAY = {"days": [8], "from": "09:00", "to": "17:00"}
TOO_LATE = "2100-01-01"
EXAMPLE = {
    "timezone": "Europe/Berlin",
    "period": {"kind": "month", "start": "2025-03-01"},
    "as_of": None,
    "effective": {"from": None, "to": None},
    "calendar": {
        "weekly": [{"days": [1, 2, 3, 4, 5], "from": "09:00", "to": "17:00"}],
        "holidays": ["2025-05-01"],
        "openings": [{"date": "2025-05-03", "from": "10:00", "to": "14:00"}],
    },
    "target": {"operator": ">=", "percent": "99.9"},
    "outages": [
        {
            "start": "2025-03-31T09:00:00+02:00",
            "end": "2025-03-31T10:00:00+02:00",
            "weight": 1000,
        }
    ],
    "exclusions": [],
    "unknown": [],
    "rules": {
        "unknown_policy": "exclude",
        "hold_last_seconds": 0,
        "overlap": "max",
        "min_outage_seconds": 0,
        "notice_hours": 0,
        "exclusion_cap_seconds": None,
        "min_coverage_percent": None,
    },
}


def judged(target="99.9", **fields):
    """A service that was out for one hour of August."""
    service = make_service(**fields)
    NodeState.objects.create(
        service=service,
        valid=(at("2026-08-01 00:00"), None),
        actual=100_000,
        lo=100_000,
        hi=100_000,
        label="ok",
    )
    Outage.objects.create(
        service=service, started_at=at("2026-08-10 00:00"), ended_at=at("2026-08-10 01:00")
    )
    commitment = make_agreement(service, target=target, effective_from=date(2026, 8, 1))
    commands.evaluate_services({service.pk: at("2026-08-01 00:00")}, now=at("2026-09-02 00:00"))
    return commitment


def test_the_results_of_a_month(api):
    commitment = judged()

    answer = api.get(RESULTS, {"period": "2026-08", "limit": "500"})

    assert answer.status_code == 200
    [found] = answer.json()["results"]
    assert answer.json()["count"] == 1
    assert found["service"] == {
        "id": str(commitment.service.pk),
        "name": commitment.service.name,
    }
    assert found["commitment"] == {
        "id": str(commitment.pk),
        "target_percent": "99.9",
        "operator": ">=",
    }
    assert found["facts"] == {
        "not_effective": 0,
        "out_of_hours": 0,
        "excluded": 0,
        "unknown": 0,
        "up": 743 * 3600,
        "impaired": 3600,
        "forgiven": 0,
    }
    wanted = {
        "base_seconds": 744 * 3600,
        "down_seconds": "3600",
        "value_percent": "99.8655",
        "status": "BREACHED",
        "reason": None,
        "band_percent": ["99.8655", "99.8655"],
        "coverage_percent": "100.0000",
        "budget_seconds": "2678.4",
        "budget_left_seconds": "-921.6",
        "is_provisional": False,
    }
    assert {name: found[name] for name in wanted} == wanted


@pytest.mark.parametrize(
    "query",
    [
        {"period": "2026-13"},
        {"period": "August"},
        {"service": "x"},
        {"agreement": "1"},
        {"status": "met"},
        {"colour": "red"},
        {"limit": "501"},
    ],
)
def test_a_question_that_cannot_be_understood_is_refused(api, query):
    answer = api.get(RESULTS, query)

    assert answer.status_code == 400
    assert answer["Content-Type"].startswith("application/problem+json")
    assert answer.json()["errors"][0]["pointer"] == f"/{next(iter(query))}"


def test_results_are_narrowed(api):
    breached, met = judged(), judged("99")

    for query, wanted in [
        ({"service": str(met.service_id)}, [met]),
        ({"agreement": str(breached.version.agreement_id)}, [breached]),
        ({"status": "MET"}, [met]),
    ]:
        found = api.get(RESULTS, {"period": "2026-08", **query}).json()["results"]
        assert [row["commitment"]["id"] for row in found] == [str(c.pk) for c in wanted]


def test_results_of_what_one_may_not_see_are_not_shown(reader_api):
    judged(state=LifecycleState.PROPOSED)

    assert reader_api.get(RESULTS).json() == {"count": 0, "results": []}


def test_a_list_of_results_takes_a_fixed_number_of_queries(api, django_assert_max_num_queries):
    for _ in range(3):
        judged()

    with django_assert_max_num_queries(3):
        api.get(RESULTS, {"period": "2026-08"})


def test_the_example_of_the_simulator(api):
    answer = api.post(SIMULATE, EXAMPLE, format="json")

    assert answer.status_code == 200
    assert answer.json() == {
        "period": {
            "start": "2025-02-28T23:00:00Z",
            "end": "2025-03-31T22:00:00Z",
            "seconds": 2674800,
        },
        "facts": {
            "not_effective": 0,
            "out_of_hours": 2070000,
            "excluded": 0,
            "unknown": 0,
            "up": 601200,
            "impaired": 3600,
            "forgiven": 0,
        },
        "base_seconds": 604800,
        "down_seconds": "3600",
        "value_percent": "99.4047",
        "band_percent": ["99.4047", "99.4047"],
        "coverage_percent": "100.0000",
        "status": "BREACHED",
        "reason": None,
        "budget_seconds": "604.8",
        "budget_left_seconds": "-2995.2",
    }


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"colour": "red"}, "/colour"),
        ({"timezone": "Mars/Base"}, "/timezone"),
        ({"period": {"kind": "month", "start": "2025-03-02"}}, "/period/start"),
        ({"period": {"kind": "custom", "start": "2025-03-02"}}, "/period/end"),
        ({"period": {"kind": "span", "start": "2025-03-02", "end": None}}, "/period/start"),
        ({"period": {"kind": "custom", "start": "1900-01-01", "end": TOO_LATE}}, "/period/end"),
        ({"target": {"operator": ">=", "percent": "101"}}, "/target/percent"),
        ({"target": {"operator": ">=", "percent": "NaN"}}, "/target/percent"),
        ({"target": {"operator": "<", "percent": "99"}}, "/target/operator"),
        ({"outages": [{"start": "2025-03-31T09:00:00", "end": None}]}, "/outages/0/start"),
        (
            {"outages": [{"start": "2025-03-31T09:00:00Z", "end": "2025-03-31T08:00:00Z"}]},
            "/outages/0/end",
        ),
        ({"unknown": [{"start": "x", "end": "y", "z": 1}]}, "/unknown/0/z"),
        ({"rules": {"unknown_policy": "guess"}}, "/rules/unknown_policy"),
        ({"calendar": {"weekly": [EIGHTH_DAY]}}, "/calendar/weekly/0/days/0"),
        ({"calendar": {"weekly": [{"days": [1], "to": "17:00"}]}}, "/calendar/weekly/0/from"),
        ({"as_of": 5}, "/as_of"),
        ({"outages": None}, "/outages"),
    ],
)
def test_a_definition_that_makes_no_sense_is_refused_at_its_place(api, change, pointer):
    answer = api.post(SIMULATE, {**EXAMPLE, **change}, format="json")

    assert answer.status_code == 400
    assert pointer in [error["pointer"] for error in answer.json()["errors"]]


def test_a_simulation_needs_little_and_runs_until_now(api):
    body = {
        "timezone": "UTC",
        "period": {"kind": "day", "start": "2025-06-10"},
        "as_of": "2025-06-10T12:00:00Z",
        "target": {"operator": ">=", "percent": "99.9"},
        "outages": [{"start": "2025-06-10T11:30:00Z", "end": None}],
    }

    answer = api.post(SIMULATE, body, format="json").json()

    assert answer["period"] == {
        "start": "2025-06-10T00:00:00Z",
        "end": "2025-06-10T12:00:00Z",
        "seconds": 43200,
    }
    assert (answer["value_percent"], answer["budget_seconds"]) == ("95.8333", "86.4")


def test_a_simulation_without_service_time_says_why(api):
    answer = api.post(SIMULATE, {**EXAMPLE, "calendar": {"weekly": []}}, format="json").json()

    assert (answer["value_percent"], answer["status"], answer["band_percent"]) == (None,) * 3
    assert answer["reason"] == "no_service_time"


@pytest.mark.parametrize(
    ("period", "seconds"),
    [
        ({"kind": "week", "start": "2025-03-24"}, 167 * 3600),
        ({"kind": "quarter", "start": "2025-01-01"}, 2159 * 3600),
        ({"kind": "year", "start": "2025-01-01"}, 8760 * 3600),
        ({"kind": "custom", "start": "2025-03-29", "end": "2025-03-31"}, 47 * 3600),
        ({"kind": "span", "start": "2025-03-29T00:00:00Z", "end": "2025-03-29T00:00:09Z"}, 9),
    ],
)
def test_every_kind_of_period(api, period, seconds):
    answer = api.post(SIMULATE, {**EXAMPLE, "period": period}, format="json")

    assert answer.json()["period"]["seconds"] == seconds


def test_an_agreement_is_made_with_its_promises(api):
    service = make_service()
    body = {
        "name": "Shop",
        "timezone": "Europe/Berlin",
        "effective_from": "2026-02-01",
        "commitments": [{"service": str(service.pk), "target_percent": "99.95"}],
    }

    made = api.post(AGREEMENTS, body, format="json")

    assert made.status_code == 201
    [version] = made.json()["versions"]
    assert (version["effective_from"], version["effective_to"]) == ("2026-02-01", None)
    assert version["commitments"][0]["target_percent"] == "99.95"
    assert api.get(f"{AGREEMENTS}{made.json()['id']}/").json() == made.json()
    assert api.get(AGREEMENTS).json()["count"] == 1


def test_versions_that_overlap_are_refused_at_the_field(api):
    commitment = make_agreement(make_service())
    body = {
        "effective_from": "2026-05-01",
        "commitments": [{"service": str(commitment.service_id), "target_percent": "99"}],
    }
    address = f"{AGREEMENTS}{commitment.version.agreement_id}/versions/"

    answer = api.post(address, body, format="json")

    assert answer.status_code == 400
    [error] = answer.json()["errors"]
    assert error["pointer"] == "/effective_from"
    assert "version 1" in error["detail"]
    assert api.post(address, {**body, "ends_previous": True}, format="json").status_code == 201


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"commitments": []}, "/commitments"),
        ({"commitments": [{"target_percent": "99"}]}, "/commitments/0/service"),
        ({"effective_to": "2026-01-01"}, "/effective_to"),
        ({"timezone": "Mars/Base"}, "/timezone"),
        ({"colour": "red"}, "/colour"),
    ],
)
def test_an_agreement_that_makes_no_sense_is_refused(api, change, pointer):
    service = make_service()
    body = {
        "name": "Shop",
        "effective_from": "2026-02-01",
        "commitments": [{"service": str(service.pk), "target_percent": "99.95"}],
    }

    answer = api.post(AGREEMENTS, {**body, **change}, format="json")

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == pointer
    assert not Agreement.objects.exists()


def test_a_reader_changes_nothing(reader_api):
    service = make_service()
    commitment = make_agreement(service)
    terms = [{"service": str(service.pk), "target_percent": "99"}]
    dated = {"effective_from": "2026-02-01", "commitments": terms}
    address = f"{AGREEMENTS}{commitment.version.agreement_id}/versions/"

    for path, body in [(AGREEMENTS, {"name": "Mine", **dated}), (address, dated)]:
        assert reader_api.post(path, body, format="json").status_code == 403

    assert Agreement.objects.count() == 1


def test_a_calendar_is_stated_with_all_its_parts(api):
    body = {
        "name": "Office",
        "windows": [{"weekday": 1, "opens_at": "09:00", "closes_at": "24:00"}],
        "holidays": [{"on": "2026-12-25", "name": "Christmas Day"}],
        "openings": [{"on": "2026-12-24", "opens_at": "09:00", "closes_at": "13:00"}],
    }

    made = api.post("/api/v1/sla/calendars/", body, format="json")

    assert made.status_code == 201
    assert made.json()["windows"] == [{"weekday": 1, "opens_at": "09:00", "closes_at": "00:00"}]
    assert api.get("/api/v1/sla/calendars/").json()["results"] == [made.json()]
    twice = {**body, "name": "Twice", "windows": body["windows"] * 2}
    assert api.post("/api/v1/sla/calendars/", twice, format="json").status_code == 400
    assert Calendar.objects.count() == 1


def test_an_exclusion_is_asked_for_by_one_and_approved_by_another(api, admin):
    service = make_service()
    body = {
        "service": str(service.pk),
        "start": "2026-04-10T02:00:00Z",
        "end": "2026-04-10T04:00:00Z",
        "category": "planned_maintenance",
        "reason": "Release",
    }

    made = api.post(EXCLUSIONS, body, format="json")

    assert (made.status_code, made.json()["state"]) == (201, "requested")
    address = f"{EXCLUSIONS}{made.json()['id']}/approve/"
    refused = api.post(address)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (400, "/approver")
    other = make_user()
    assign_role(other, Role.SLA_MANAGER)
    api.force_authenticate(other)
    assert api.post(address).json()["state"] == "approved"
    assert Exclusion.objects.get().requester == admin


def test_an_exclusion_ends_after_it_starts(api):
    body = {
        "service": str(make_service().pk),
        "start": "2026-04-10T02:00:00Z",
        "end": "2026-04-10T02:00:00Z",
        "category": "planned_maintenance",
        "reason": "Release",
    }

    answer = api.post(EXCLUSIONS, body, format="json")

    assert answer.json()["errors"][0]["pointer"] == "/end"
    assert Decimal(answer.status_code) == 400
