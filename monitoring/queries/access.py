"""Who sees which monitor."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from assets.queries import cis_visible_to
from catalog.queries import Person, services_visible_to
from monitoring.models import Incident, Monitor


def monitors_visible_to(user: Person) -> QuerySet[Monitor]:
    """The monitors of what the user may see."""
    return Monitor.objects.filter(
        Q(service__in=services_visible_to(user)) | Q(ci__in=cis_visible_to(user))
    )


def incidents_visible_to(user: Person) -> QuerySet[Incident]:
    """The incidents of the monitors that the user may see."""
    return Incident.objects.filter(monitor__in=monitors_visible_to(user))
