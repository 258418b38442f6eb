"""What was promised, to whom, and since when."""

from __future__ import annotations

import uuid

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import Q
from django.urls import reverse

from bsm.kernel.periods import PeriodKind
from bsm.web.choices import choices
from sla.domain.words import Operator, Overlap, UnknownPolicy


class AgreementKind(models.TextChoices):
    SLA = "sla", "Service level agreement"
    OLA = "ola", "Operational level agreement"
    UC = "uc", "Underpinning contract"
    SLO = "slo", "Internal objective"


class Agreement(models.Model):
    """A set of promises between IT and one customer."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=140, unique=True)
    kind = models.CharField(max_length=4, choices=AgreementKind, default=AgreementKind.SLA)
    customer = models.ForeignKey(
        "catalog.BusinessUnit",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="agreements",
    )
    timezone = models.CharField(max_length=64, default="UTC", help_text="IANA name.")
    owner = models.ForeignKey(
        "catalog.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    is_demo = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("sla:agreement", args=[self.pk])


class VersionState(models.TextChoices):
    DRAFT = "draft", "Draft"
    EFFECTIVE = "effective", "Effective"
    WITHDRAWN = "withdrawn", "Withdrawn"


class AgreementVersion(models.Model):
    """The promises of an agreement as they stand during `effective`, in its own local dates."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    effective = DateRangeField(help_text="Half-open; without an end until further notice.")
    state = models.CharField(
        max_length=10, choices=VersionState, default=VersionState.EFFECTIVE
    )
    change_reason = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "number"], name="version_number_is_used_once"
            ),
            models.CheckConstraint(
                condition=Q(effective__isempty=False, effective__lower_inf=False),
                name="version_is_effective_from_a_day",
            ),
            ExclusionConstraint(
                name="one_effective_version_at_a_time",
                expressions=[
                    ("agreement", RangeOperators.EQUAL),
                    ("effective", RangeOperators.OVERLAPS),
                ],
                condition=Q(state="effective"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agreement} v{self.number}"


class Commitment(models.Model):
    """One promise: in each period this service is available for this share of its hours."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    version = models.ForeignKey(
        AgreementVersion, on_delete=models.CASCADE, related_name="commitments"
    )
    service = models.ForeignKey(
        "catalog.Service", on_delete=models.PROTECT, related_name="commitments"
    )
    calendar = models.ForeignKey(
        "sla.Calendar",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="commitments",
        help_text="Empty: around the clock.",
    )
    operator = models.CharField(
        max_length=2, choices=choices(Operator), default=Operator.AT_LEAST
    )
    target_percent = models.DecimalField(max_digits=7, decimal_places=4)
    period_kind = models.CharField(
        max_length=8, choices=choices(PeriodKind), default=PeriodKind.MONTH
    )
    unknown_policy = models.CharField(
        max_length=9, choices=choices(UnknownPolicy), default=UnknownPolicy.EXCLUDE
    )
    hold_last_seconds = models.PositiveIntegerField(default=0)
    overlap = models.CharField(max_length=3, choices=choices(Overlap), default=Overlap.MAX)
    min_outage_seconds = models.PositiveIntegerField(default=0)
    notice_hours = models.PositiveIntegerField(default=0)
    exclusion_cap_seconds = models.PositiveIntegerField(null=True, blank=True)
    min_coverage_percent = models.DecimalField(
        max_digits=7, decimal_places=4, null=True, blank=True
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(target_percent__gt=0, target_percent__lte=100),
                name="target_is_above_0_and_at_most_100_percent",
            ),
            models.UniqueConstraint(
                fields=["version", "service", "period_kind", "calendar"],
                nulls_distinct=False,
                name="service_is_promised_once_per_version",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service} {self.operator} {self.target_percent} %"
