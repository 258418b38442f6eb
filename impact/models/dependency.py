"""What a service or a CI needs in order to work."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q

ONE_PARENT = Q(parent_service__isnull=False, parent_ci__isnull=True) | Q(
    parent_service__isnull=True, parent_ci__isnull=False
)
ONE_CHILD = Q(child_service__isnull=False, child_ci__isnull=True) | Q(
    child_service__isnull=True, child_ci__isnull=False
)


class GroupMode(models.TextChoices):
    """How the members of a group count together (spec impact 3.4)."""

    WORST = "worst", "Worst: every member is needed"
    BEST = "best", "Best: one member is enough"


class DependencyGroup(models.Model):
    """Members that stand in for one another, or count together, below one parent."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    parent_service = models.ForeignKey(
        "catalog.Service",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="groups",
    )
    parent_ci = models.ForeignKey(
        "assets.CI", on_delete=models.CASCADE, null=True, blank=True, related_name="groups"
    )
    name = models.CharField(max_length=80)
    mode = models.CharField(max_length=12, choices=GroupMode, default=GroupMode.WORST)
    is_essential = models.BooleanField(
        default=True, help_text="If not, its health only weighs in, by its weight."
    )
    weight = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=ONE_PARENT, name="group_has_one_parent"),
            models.CheckConstraint(condition=Q(weight__gte=1), name="group_weighs_something"),
            models.UniqueConstraint(
                fields=["parent_service", "parent_ci", "name"],
                nulls_distinct=False,
                name="group_is_named_once_per_parent",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Dependency(models.Model):
    """The parent needs the child. Without a group it is an essential group of its own."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    parent_service = models.ForeignKey(
        "catalog.Service",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="dependencies",
    )
    parent_ci = models.ForeignKey(
        "assets.CI",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="dependencies",
    )
    child_service = models.ForeignKey(
        "catalog.Service",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="dependants",
    )
    child_ci = models.ForeignKey(
        "assets.CI", on_delete=models.CASCADE, null=True, blank=True, related_name="dependants"
    )
    group = models.ForeignKey(
        DependencyGroup, on_delete=models.CASCADE, null=True, blank=True, related_name="members"
    )
    weight = models.PositiveIntegerField(default=1)
    is_demo = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "dependencies"
        constraints = [
            models.CheckConstraint(condition=ONE_PARENT, name="dependency_has_one_parent"),
            models.CheckConstraint(condition=ONE_CHILD, name="dependency_has_one_child"),
            models.CheckConstraint(
                condition=~Q(parent_service=F("child_service"), parent_service__isnull=False)
                & ~Q(parent_ci=F("child_ci"), parent_ci__isnull=False),
                name="nothing_depends_on_itself",
            ),
            models.CheckConstraint(
                condition=Q(weight__gte=1), name="dependency_weighs_something"
            ),
            models.UniqueConstraint(
                fields=["parent_service", "parent_ci", "child_service", "child_ci"],
                nulls_distinct=False,
                name="dependency_is_stated_once",
            ),
        ]

    def __str__(self) -> str:
        parent = self.parent_service or self.parent_ci
        return f"{parent} needs {self.child_service or self.child_ci}"
