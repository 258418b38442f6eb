"""Monitors, results, incidents, imports and the simulator for programs."""

from __future__ import annotations

import pytest
from django.utils import timezone

from monitoring.models import HistoryImport, Monitor
from tests.factories import make_ci, make_monitor, make_service

pytestmark = pytest.mark.django_db

MONITORS = "/api/v1/monitoring/monitors/"
CSV = (
    "time,monitor,status,code,response_ms\n"
    "2026-08-01T10:00:00Z,Shop,up,200,50\n"
    "2026-08-02T10:00:00Z,Shop,down,502,\n"
    "nonsense,Shop,down,502,\n"
)


def pointers(response):
    assert response.status_code == 400, response.data
    return [error["pointer"] for error in response.data["errors"]]


def test_a_monitor_is_added_read_changed_and_paused(api):
    service = make_service()
    made = api.post(
        MONITORS,
        {
            "name": "Shop",
            "kind": "http",
            "service": str(service.pk),
            "target": {"url": "https://example.com/", "expected_status": 200},
            "interval_ms": 30_000,
        },
        format="json",
    )
    assert made.status_code == 201, made.data
    assert (made.data["state"], made.data["version"]) == ("unknown", 1)
    url = f"{MONITORS}{made.data['id']}/"
    changed = api.patch(url, {"interval_ms": 60_000, "version": 1}, format="json")
    assert (changed.data["interval_ms"], changed.data["version"]) == (60_000, 2)
    assert pointers(api.patch(url, {"interval_ms": 1_000, "version": 1}, format="json")) == [""]
    assert pointers(api.patch(url, {"name": "x"}, format="json")) == ["/version"]
    paused = api.patch(url, {"is_enabled": False, "version": 2}, format="json")
    assert paused.data["is_enabled"] is False
    assert api.get(MONITORS).data["count"] == 1


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"target": {"url": "http://169.254.169.254/"}}, "/url"),
        ({"target": {"url": "file:///etc/passwd"}}, "/url"),
        ({"target": {}}, "/url"),
        ({"interval_ms": 10}, "/interval_ms"),
        ({"timeout_ms": 90_000}, "/timeout_ms"),
        ({"service": None}, "/service"),
        ({"kind": "smoke"}, "/kind"),
        ({"colour": "red"}, "/colour"),
        ({"name": ""}, "/name"),
        ({"confirm_down": 0}, "/confirm_down"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_made(api, change, pointer):
    good = {
        "name": "Shop",
        "kind": "http",
        "service": str(make_service().pk),
        "target": {"url": "https://example.com/"},
    }
    assert pointer in pointers(api.post(MONITORS, good | change, format="json"))
    assert not Monitor.objects.exists()


def test_two_monitors_cannot_have_one_name(api):
    monitor = make_monitor(make_ci())
    body = {"name": monitor.name, "kind": "passive", "ci": str(make_ci().pk)}
    assert pointers(api.post(MONITORS, body, format="json")) == ["/name"]


def test_readers_read_and_do_not_write(reader_api):
    monitor = make_monitor(make_ci(), created_at=timezone.now())
    assert reader_api.get(f"{MONITORS}{monitor.pk}/").status_code == 200
    body = {"name": "x", "kind": "passive", "ci": str(monitor.ci_id)}
    assert reader_api.post(MONITORS, body, format="json").status_code == 403
    url = f"{MONITORS}{monitor.pk}/"
    assert reader_api.patch(url, {"version": 1}, format="json").status_code == 403
    pushed = {"results": [{"at": "2026-01-01T00:00:00Z", "outcome": "ok"}]}
    assert reader_api.post(f"{url}results/", pushed, format="json").status_code == 403
    assert reader_api.get("/api/v1/monitoring/imports/").status_code == 403


def test_pushed_results_become_states_and_incidents(api):
    monitor = make_monitor(make_ci())
    url = f"{MONITORS}{monitor.pk}/"
    pushed = {
        "results": [
            {"at": "2026-03-10T09:00:00Z", "outcome": "ok", "elapsed_us": 1200},
            {"at": "2026-03-10T10:00:00Z", "outcome": "fail", "message": "no answer"},
        ]
    }
    assert api.post(f"{url}results/", pushed, format="json").data == {"new": 2, "known": 0}
    assert api.post(f"{url}results/", pushed, format="json").data == {"new": 0, "known": 2}
    assert api.get(url).data["state"] == "down"
    results = api.get(f"{url}results/", {"from": "2026-03-10T09:30:00Z"}).data
    assert [row["outcome"] for row in results["results"]] == ["fail"]
    states = [row["state"] for row in api.get(f"{url}intervals/").data["results"]]
    assert states == ["down", "up", "unknown"]
    assert api.get("/api/v1/monitoring/incidents/", {"is_open": "true"}).data["count"] == 1


def test_parameters_that_are_not_known_are_refused(api):
    assert pointers(api.get(MONITORS, {"colour": "red"})) == ["/colour"]
    assert pointers(api.get(MONITORS, {"state": "red"})) == ["/state"]
    assert pointers(api.get("/api/v1/monitoring/incidents/", {"is_open": "x"})) == ["/is_open"]


def test_history_is_planned_and_applied(api):
    body = {"file_name": "h.csv", "content": CSV, "until": "2026-08-03T00:00:00Z"}
    planned = api.post("/api/v1/monitoring/imports/", body, format="json")
    assert planned.status_code == 201
    assert planned.data["plan"]["errors"] == [
        {
            "row": 4,
            "field": "time",
            "reason": "'nonsense' is not a time like 2026-08-11T11:06:25Z",
        }
    ]
    assert not Monitor.objects.exists()
    url = f"/api/v1/monitoring/imports/{planned.data['id']}/apply/"
    assert api.post(url).data["new_rows"] == 2
    assert api.post(url).data["new_rows"] == 0
    assert HistoryImport.objects.get().applied_at is not None


def test_a_file_that_is_no_history_is_refused_at_its_content(api):
    body = {"file_name": "h.csv", "content": "a,b\n1,2\n"}
    response = api.post("/api/v1/monitoring/imports/", body, format="json")
    assert pointers(response) == ["/content"]


@pytest.mark.parametrize("slash", ["", "/"])
def test_a_case_is_simulated(reader_api, slash):
    case = {
        "results": [{"t": 0, "s": "ok"}, {"t": 60, "s": "fail"}],
        "config": {"confirm_down": 1},
        "as_of": 120,
    }
    answer = reader_api.post(f"/api/v1/monitoring/simulate{slash}", case, format="json")
    assert answer.status_code == 200, answer.data
    assert answer.data["intervals"] == [["up", 0, 60], ["down", 60, 120]]
    assert answer.data["availability"]["unknown_excluded"] == 50.0


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"results": [{"t": 0, "s": "great"}]}, "/results/0/s"),
        ({"as_of": "soon"}, "/as_of"),
        ({"colour": 1}, "/colour"),
        ({"maintenance": [[0, 10]]}, ""),
    ],
)
def test_a_case_that_is_wrong_or_needs_more_is_refused(reader_api, change, pointer):
    case = {"results": [{"t": 0, "s": "ok"}], "as_of": 60} | change
    found = pointers(reader_api.post("/api/v1/monitoring/simulate", case, format="json"))
    assert found == [pointer]


@pytest.mark.parametrize("until", ["2026-08-22T00:00:00", "soon", 5])
def test_an_end_of_a_history_without_an_offset_is_refused(api, until):
    body = {"file_name": "history.csv", "content": CSV, "until": until}

    assert pointers(api.post("/api/v1/monitoring/imports/", body, format="json")) == ["/until"]
    assert not HistoryImport.objects.exists()
