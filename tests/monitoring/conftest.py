"""What the tests of monitoring share."""

from __future__ import annotations

import pytest

from monitoring.models import CheckResult


@pytest.fixture(autouse=True)
def no_results_left_over(request: pytest.FixtureRequest) -> None:
    """The partitioned table is not Django's to empty between tests with real transactions."""
    marker = request.node.get_closest_marker("django_db")
    if marker is not None:
        is_real = marker.kwargs.get("transaction", False)
        request.getfixturevalue("transactional_db" if is_real else "db")
        CheckResult.objects.all().delete()
