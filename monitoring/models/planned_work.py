"""Work that is planned, and may take things down on purpose."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import DateTimeRangeField
from django.db import models
from django.db.models import Q


class MaintenanceWindow(models.Model):
    """Planned work on one service or one CI.

    It explains downtime; it excuses none by itself.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    service = models.ForeignKey(
        "catalog.Service",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="windows",
    )
    ci = models.ForeignKey(
        "assets.CI", on_delete=models.CASCADE, null=True, blank=True, related_name="windows"
    )
    title = models.CharField(max_length=140)
    valid = DateTimeRangeField()
    announced_at = models.DateTimeField()
    is_demo = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(service__isnull=False, ci__isnull=True)
                | Q(service__isnull=True, ci__isnull=False),
                name="window_is_on_one_service_or_one_ci",
            ),
            models.CheckConstraint(
                condition=Q(
                    valid__isempty=False, valid__lower_inf=False, valid__upper_inf=False
                ),
                name="window_has_a_start_and_an_end",
            ),
        ]

    def __str__(self) -> str:
        return self.title
