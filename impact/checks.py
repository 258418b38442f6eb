"""Yes-or-no questions about a service that this app can answer."""

from __future__ import annotations

from bsm.kernel.checks import Answer
from catalog.models import Service
from impact.models import Dependency
from monitoring.models import Monitor


def service_is_on_the_map(service: Service) -> Answer:
    """Trouble reaches a service through what it needs, or through a monitor of its own."""
    is_there = (
        Dependency.objects.filter(parent_service=service).exists()
        or Monitor.objects.filter(service=service).exists()
    )
    return Answer(
        question="It is on the map",
        passed=is_there,
        remedy="Say what it depends on, or watch it with a monitor of its own.",
    )
