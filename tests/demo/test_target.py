"""The pages that stand in for the demo company's things."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.http import HttpRequest, HttpResponse
from django.test import Client

from bsm.demo import presence
from bsm.demo.estate import Company
from bsm.demo.middleware import DemoLoaded
from bsm.models import DemoCompany
from tests.factories import at

UNTIL = at("2026-11-24 17:10")


@pytest.fixture(autouse=True)
def nothing_remembered():
    presence.forget()
    yield
    presence.forget()


@pytest.fixture
def demo(db: None) -> DemoCompany:
    return DemoCompany.objects.create(seed=20, until=UNTIL, size=10, loaded_at=UNTIL)


def page_of(node: str) -> str:
    number = next(watch.number for watch in Company(10).watches if watch.node == node)
    return f"/demo-target/{number}/"


def asked(node: str, *, minutes_later: int) -> int:
    with time_machine.travel(UNTIL + timedelta(minutes=minutes_later), tick=False):
        return Client().get(page_of(node)).status_code


class TestTarget:
    def test_it_fails_while_the_thing_is_down_and_works_again_after(self, demo):
        assert asked("service:claims-portal", minutes_later=5) == 503
        assert asked("service:claims-portal", minutes_later=90) == 200

    def test_it_works_for_what_is_up_without_signing_in(self, demo):
        assert asked("service:network", minutes_later=5) == 200

    def test_it_knows_only_the_things_of_the_company(self, demo):
        assert Client().get("/demo-target/0/").status_code == 404
        assert Client().get("/demo-target/999/").status_code == 404

    def test_it_is_not_there_without_a_demo(self, db):
        assert Client().get("/demo-target/1/").status_code == 404

    def test_many_questions_are_one_question_to_the_database(
        self, demo, django_assert_max_num_queries
    ):
        with django_assert_max_num_queries(1):
            for _ in range(5):
                asked("service:network", minutes_later=5)


class TestBanner:
    def loaded(self, rf, path: str) -> bool:
        seen = []

        def page(request: HttpRequest) -> HttpResponse:
            seen.append(request.demo_loaded)
            return HttpResponse()

        DemoLoaded(page)(rf.get(path))
        return seen[0]

    def test_every_page_knows_that_the_demo_is_loaded(self, rf, demo):
        assert self.loaded(rf, "/") is True

    def test_a_portal_without_demo_does_not_claim_one(self, rf, db):
        assert self.loaded(rf, "/") is False

    def test_liveness_asks_no_database(self, rf):
        assert self.loaded(rf, "/healthz") is False
