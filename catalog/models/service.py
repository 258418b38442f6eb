"""What IT offers."""

from __future__ import annotations

import uuid

from django.db import models
from django.urls import reverse


class LifecycleState(models.TextChoices):
    """`catalog/domain/lifecycle.py` says which move leads where."""

    PROPOSED = "proposed", "Proposed"
    EVALUATING = "evaluating", "Evaluating"
    APPROVED = "approved", "Approved"
    BUILDING = "building", "Building"
    PILOT = "pilot", "Pilot"
    LIVE = "live", "Live"
    RETIRING = "retiring", "Retiring"
    RETIRED = "retired", "Retired"
    REJECTED = "rejected", "Rejected"


class Criticality(models.IntegerChoices):
    """How badly the business needs it; 4 is the most."""

    LOW = 1, "Low"
    MEDIUM = 2, "Medium"
    HIGH = 3, "High"
    VITAL = 4, "Vital"


class Service(models.Model):
    """Something IT offers to the business, described in the words of those who use it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    slug = models.SlugField(max_length=140, unique=True)
    name = models.CharField(max_length=120, unique=True)
    value = models.CharField(
        max_length=140, blank=True, help_text="One sentence: what it lets people do."
    )
    description = models.TextField(blank=True)
    business_unit = models.ForeignKey(
        "catalog.BusinessUnit",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="services",
    )
    owner = models.ForeignKey(
        "catalog.User",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="owned_services",
        help_text="The one person who is accountable.",
    )
    criticality = models.PositiveSmallIntegerField(
        choices=Criticality, default=Criticality.MEDIUM
    )
    state = models.CharField(
        max_length=12, choices=LifecycleState, default=LifecycleState.PROPOSED
    )
    is_demo = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(criticality__range=(1, 4)), name="criticality_is_1_to_4"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("service", args=[self.slug])
