"""What the map makes of what monitoring sees. Derived rows: rebuilt, never typed in."""

from __future__ import annotations

import uuid
from decimal import Decimal

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from bsm.web.choices import choices
from impact.domain.labels import Label


class NodeState(models.Model):
    """A service or a CI had this health during `valid`.

    `actual`, `lo`, `hi` and `excused` are milli-points, 0 to 100000; `actual` and `excused`
    are null when nothing is known of it. `is_spared`: planned work takes it out of its
    parents' groups. `causes` are the CIs or services, at or below it, whose own signal pulls
    it down. The states of a node follow one another without gap from its first signal on.
    """

    service = models.ForeignKey(
        "catalog.Service", on_delete=models.CASCADE, null=True, related_name="node_states"
    )
    ci = models.ForeignKey(
        "assets.CI", on_delete=models.CASCADE, null=True, related_name="node_states"
    )
    valid = DateTimeRangeField()
    actual = models.IntegerField(null=True)
    lo = models.IntegerField()
    hi = models.IntegerField()
    excused = models.IntegerField(null=True)
    is_spared = models.BooleanField(default=False)
    label = models.CharField(max_length=12, choices=choices(Label))
    is_uncertain = models.BooleanField(default=False)
    causes = ArrayField(models.UUIDField(), default=list)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(service__isnull=False, ci__isnull=True)
                | Q(service__isnull=True, ci__isnull=False),
                name="node_state_is_of_one_service_or_one_ci",
            ),
            models.CheckConstraint(
                condition=Q(lo__gte=0, hi__lte=100_000, lo__lte=F("hi")),
                name="node_health_is_within_bounds",
            ),
            ExclusionConstraint(
                name="service_has_one_health_at_a_time",
                expressions=[
                    ("service", RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                ],
                condition=Q(service__isnull=False),
            ),
            ExclusionConstraint(
                name="ci_has_one_health_at_a_time",
                expressions=[
                    ("ci", RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                ],
                condition=Q(ci__isnull=False),
            ),
        ]
        # "How is everything now" reads just the open rows.
        indexes = [
            models.Index(
                fields=["service", "ci"],
                condition=Q(valid__upper_inf=True),
                name="node_state_now",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service or self.ci} {self.label} since {self.valid.lower:%F %T}"


class Outage(models.Model):
    """A service did not do its work from `started_at` until `ended_at` (null while it lasts).

    `weight` is per mille of the service that was lost. `causes` are what broke below.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    service = models.ForeignKey(
        "catalog.Service", on_delete=models.CASCADE, related_name="outages"
    )
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    weight = models.PositiveSmallIntegerField(default=1000)
    causes = ArrayField(models.UUIDField(), default=list)

    class Meta:
        ordering = ["-started_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gt=F("started_at")),
                name="outage_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=Q(weight__range=(1, 1000)), name="outage_weighs_1_to_1000_per_mille"
            ),
            # The rebuild keeps an outage's row, and its address, as long as its start stands.
            models.UniqueConstraint(
                fields=["service", "started_at"], name="outage_starts_once_per_service"
            ),
            models.UniqueConstraint(
                fields=["service"],
                condition=Q(ended_at__isnull=True),
                name="one_open_outage_per_service",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service} out since {self.started_at:%F %T}"

    def get_absolute_url(self) -> str:
        return reverse("outage", args=[self.pk])

    @property
    def weight_percent(self) -> Decimal:
        """The share of the service that was lost."""
        return Decimal(self.weight) / 10
