"""What somebody has to look at."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q


class Incident(models.Model):
    """A monitor was found down; from the start of the outage until it was up again (R12)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    monitor = models.ForeignKey(
        "monitoring.Monitor", on_delete=models.CASCADE, related_name="incidents"
    )
    started_at = models.DateTimeField(help_text="Start of the down interval.")
    opened_at = models.DateTimeField(help_text="When down was decided.")
    resolved_at = models.DateTimeField(null=True, blank=True, help_text="Start of the next up.")
    closed_at = models.DateTimeField(null=True, blank=True, help_text="When up was decided.")
    occurrences = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["-started_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["monitor"],
                condition=Q(closed_at__isnull=True),
                name="one_open_incident_per_monitor",
            ),
            models.CheckConstraint(
                condition=Q(resolved_at__isnull=True) | Q(resolved_at__gte=F("started_at")),
                name="incident_is_resolved_after_it_started",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.monitor} down since {self.started_at:%F %T}"
