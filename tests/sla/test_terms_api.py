"""The terms of a promise for programs: each is refused at its field."""

from __future__ import annotations

import pytest

from sla.models import Agreement
from tests.factories import make_service

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("name", "percent"),
    [
        ("target_percent", "0"),
        ("target_percent", "-1"),
        ("target_percent", "100.1"),
        ("min_coverage_percent", "-5"),
        ("min_coverage_percent", "150"),
    ],
)
def test_a_percentage_that_is_none_is_refused_at_its_field(api, name, percent):
    terms = {"service": str(make_service().pk), "target_percent": "99.9", name: percent}
    body = {"name": "Shop", "effective_from": "2026-02-01", "commitments": [terms]}

    answer = api.post("/api/v1/sla/agreements/", body, format="json")

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == f"/commitments/0/{name}"
    assert not Agreement.objects.exists()
