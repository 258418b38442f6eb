"""Yes-or-no questions about what was promised."""

from __future__ import annotations

from django.utils import timezone

from bsm.kernel.checks import Answer
from catalog.models import Service
from sla.models import VersionState


def service_has_a_target(service: Service) -> Answer:
    """Whether a promise about the service stands, or is agreed for a day to come."""
    passed = (
        service.commitments.filter(version__state=VersionState.EFFECTIVE)
        .exclude(version__effective__fully_lt=(timezone.now().date(), None))
        .exists()
    )
    return Answer(
        "Is it promised how available the service is?",
        passed,
        "" if passed else "Make an agreement with a target for the service.",
    )
