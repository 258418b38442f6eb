"""Time that an agreement leaves out, or forgives."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import DateTimeRangeField
from django.db import models
from django.db.models import F, Q

from bsm.web.choices import choices
from sla.domain.words import Effect


class ExclusionCategory(models.TextChoices):
    PLANNED_MAINTENANCE = "planned_maintenance", "Planned maintenance"
    CUSTOMER_CAUSED = "customer_caused", "Caused by the customer"
    FORCE_MAJEURE = "force_majeure", "Force majeure"
    THIRD_PARTY = "third_party", "Third party"
    OUTSIDE_SCOPE = "outside_scope", "Outside the scope"
    MEASUREMENT_ERROR = "measurement_error", "Measurement error"


class ExclusionState(models.TextChoices):
    REQUESTED = "requested", "Requested"
    APPROVED = "approved", "Approved"
    REJECTED = "rejected", "Rejected"
    REVOKED = "revoked", "Revoked"


class Exclusion(models.Model):
    """A span of time of one service that shall not count. Only approved ones change a value."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    service = models.ForeignKey(
        "catalog.Service", on_delete=models.CASCADE, related_name="exclusions"
    )
    valid = DateTimeRangeField()
    category = models.CharField(max_length=20, choices=ExclusionCategory)
    effect = models.CharField(max_length=11, choices=choices(Effect), default=Effect.EXCLUDE)
    state = models.CharField(
        max_length=10, choices=ExclusionState, default=ExclusionState.REQUESTED
    )
    announced_at = models.DateTimeField()
    reason = models.CharField(max_length=200)
    requester = models.ForeignKey(
        "catalog.User", on_delete=models.PROTECT, null=True, related_name="+"
    )
    approver = models.ForeignKey(
        "catalog.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    is_demo = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    valid__isempty=False, valid__lower_inf=False, valid__upper_inf=False
                ),
                name="exclusion_has_a_start_and_an_end",
            ),
            models.CheckConstraint(
                condition=~Q(requester=F("approver")) | Q(approver__isnull=True),
                name="nobody_approves_their_own_exclusion",
            ),
            models.CheckConstraint(
                condition=~Q(state="approved") | Q(approver__isnull=False),
                name="approved_exclusion_has_an_approver",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service}: {self.reason}"
