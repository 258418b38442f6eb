"""Whether the portal lives, for machines that ask."""

from __future__ import annotations

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone

from bsm.models import Beat
from bsm.pages import health

pytestmark = pytest.mark.django_db


def test_a_process_that_answers_is_healthy(client):
    assert client.get("/healthz").json()["status"] == "ok"


def test_a_portal_is_ready_without_its_worker_but_says_so(client):
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json()["status"] == "degraded"
    assert answer.json()["parts"]["worker"] is False


def test_a_portal_with_a_fresh_worker_is_whole(client):
    Beat.objects.create(name="worker", seen_at=timezone.now())
    assert client.get("/readyz").json()["status"] == "ready"
    assert client.get("/healthz/worker").status_code == 200


def test_a_portal_without_its_database_is_not_ready(client, monkeypatch):
    def away():
        raise OperationalError("gone")

    monkeypatch.setitem(health.NEEDED, "database", away)
    assert client.get("/readyz").status_code == 503


@pytest.mark.parametrize("part", ["web", "database", "broker"])
def test_each_part_can_be_watched(client, part):
    assert client.get(f"/healthz/{part}").json() == {"part": part, "works": True}


def test_a_part_that_does_not_exist_is_not_there(client):
    assert client.get("/healthz/kitchen").status_code == 404


def test_a_lost_database_is_a_503_with_a_time_to_try_again(admin, monkeypatch):
    client = Client(raise_request_exception=False)
    client.force_login(admin)

    def lost(*args, **kwargs):
        raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr("impact.queries.outages_visible_to", lost)
    connection.ensure_connection()
    response = client.get("/outages/")
    if response.status_code == 200:
        pytest.fail("the outages page no longer reads outages_visible_to; mend this test")
    assert response.status_code == 503
    assert response["Retry-After"] == "10"
