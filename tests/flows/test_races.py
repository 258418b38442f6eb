"""Two at a time: one waits or is told, neither fails without a word."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from rest_framework.test import APIClient

from bsm.web.tokens import make_token
from catalog.commands import create_business_unit, create_service
from catalog.models import BusinessUnit, Service
from impact.models import NodeState
from sla.commands import promise_monthly
from tests.factories import at, make_service, make_user

pytestmark = pytest.mark.django_db(transaction=True)


def elsewhere(work):
    """Do it on a connection of its own."""
    try:
        with transaction.atomic():
            return work()
    finally:
        connection.close()


def test_two_services_of_one_name_at_a_time_are_one_service_and_one_refusal():
    is_made = threading.Event()

    def second():
        is_made.wait(5)
        create_service(name="Shop")

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            late = pool.submit(elsewhere, second)
            create_service(name="Shop")
            is_made.set()
            with pytest.raises(TimeoutError):
                late.result(timeout=0.5)
        with pytest.raises(ValidationError) as refused:
            late.result(timeout=5)

    assert "name" in refused.value.message_dict
    assert Service.objects.filter(name="Shop").count() == 1


def test_health_is_written_while_an_import_makes_the_promise_of_the_service():
    service = make_service()

    def write_health():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '2s'")
            NodeState.objects.create(
                service=service,
                valid=(at("2026-08-01 00:00"), None),
                actual=100_000,
                lo=100_000,
                hi=100_000,
                excused=100_000,
                label="ok",
            )
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        assert promise_monthly({service.pk: at("2026-08-01 00:00")})
        pool.submit(elsewhere, write_health).result(timeout=10)

    assert NodeState.objects.filter(service=service).exists()


def test_who_comes_second_with_the_same_name_is_told_so_by_the_api():
    token = make_token(make_user(is_superuser=True), name="test")

    def post():
        api = APIClient(HTTP_AUTHORIZATION=f"Bearer {token}")
        try:
            return api.post("/api/v1/catalog/business-units/", {"name": "Sales"}, format="json")
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            create_business_unit(name="Sales")
            late = pool.submit(post)
            with pytest.raises(TimeoutError):
                late.result(timeout=0.5)
        answer = late.result(timeout=5)

    assert answer.status_code == 409
    assert answer["Content-Type"] == "application/problem+json"
    assert BusinessUnit.objects.filter(name="Sales").count() == 1
