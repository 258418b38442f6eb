"""What is watched, and who polls it."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from bsm.kernel.subjects import Subject
from monitoring.domain.machine import Rules

SHARDS = 256


class MonitorKind(models.TextChoices):
    HTTP = "http", "HTTP(S)"
    TCP = "tcp", "TCP port"
    PASSIVE = "passive", "Passive"


class Monitor(models.Model):
    """A question asked over and over about one service or one CI.

    `number` is the short name under which results are kept: sixteen bytes less in each row
    and index entry than the id.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.PositiveIntegerField(unique=True, editable=False)
    name = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=8, choices=MonitorKind)
    service = models.ForeignKey(
        "catalog.Service",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="monitors",
    )
    ci = models.ForeignKey(
        "assets.CI", on_delete=models.CASCADE, null=True, blank=True, related_name="monitors"
    )
    target = models.JSONField(
        default=dict,
        blank=True,
        help_text="http: url, expected_status, body_contains; tcp: host, port.",
    )
    interval_ms = models.PositiveIntegerField(default=60_000)
    retry_interval_ms = models.PositiveIntegerField(default=10_000)
    timeout_ms = models.PositiveIntegerField(default=5_000)
    confirm_down = models.PositiveSmallIntegerField(default=3)
    confirm_degraded = models.PositiveSmallIntegerField(default=3)
    confirm_up = models.PositiveSmallIntegerField(default=1)
    stale_after_ms = models.PositiveIntegerField(
        null=True, blank=True, help_text="Empty: two intervals and the timeout."
    )
    late_horizon_ms = models.PositiveIntegerField(default=900_000)
    shard = models.PositiveSmallIntegerField(editable=False)
    imported_until = models.DateTimeField(
        null=True, editable=False, help_text="The last imported state holds until then."
    )
    is_enabled = models.BooleanField(default=True)
    is_demo = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(service__isnull=False, ci__isnull=True)
                | Q(service__isnull=True, ci__isnull=False),
                name="monitor_watches_one_service_or_one_ci",
            ),
            models.CheckConstraint(
                condition=Q(interval_ms__range=(1_000, 86_400_000)),
                name="monitor_interval_is_a_second_to_a_day",
            ),
            models.CheckConstraint(
                condition=Q(timeout_ms__lt=F("interval_ms")),
                name="monitor_times_out_before_the_next_check",
            ),
            models.CheckConstraint(
                condition=Q(confirm_down__gte=1, confirm_degraded__gte=1, confirm_up__gte=1),
                name="monitor_needs_at_least_one_confirmation",
            ),
        ]
        # A prober that takes a shard loads just the monitors of that shard.
        indexes = [models.Index(fields=["shard"], name="monitor_by_shard")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("monitoring:monitor", args=[self.pk])

    @property
    def stale_after_effective_ms(self) -> int | None:
        """None for a passive monitor that names none: its state holds until told otherwise."""
        if self.stale_after_ms is not None or self.kind == MonitorKind.PASSIVE:
            return self.stale_after_ms
        return 2 * self.interval_ms + self.timeout_ms

    @property
    def subject(self) -> Subject:
        """The service or the CI that is watched."""
        return Subject.of(service_id=self.service_id, ci_id=self.ci_id)

    @property
    def rules(self) -> Rules:
        """How many checks in a row are believed, and how long silence is."""
        stale_ms = self.stale_after_effective_ms
        return Rules(
            confirm_down=self.confirm_down,
            confirm_degraded=self.confirm_degraded,
            confirm_up=self.confirm_up,
            stale_after=None if stale_ms is None else timedelta(milliseconds=stale_ms),
        )


class Prober(models.Model):
    """A polling process, and when the database last heard of it."""

    name = models.CharField(max_length=120, primary_key=True)
    seen_at = models.DateTimeField()
    telemetry = models.JSONField(default=dict)

    def __str__(self) -> str:
        return self.name


class Shard(models.Model):
    """A 256th of the monitors, leased to one prober at a time.

    The token grows with each change of hands; results that carry an older one are dropped.
    """

    number = models.PositiveSmallIntegerField(primary_key=True)
    owner = models.CharField(max_length=120, blank=True)
    token = models.BigIntegerField(default=0)
    lease_until = models.DateTimeField()

    def __str__(self) -> str:
        return f"shard {self.number}"
