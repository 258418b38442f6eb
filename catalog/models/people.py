"""People, and what each may see and do where."""

from __future__ import annotations

import uuid

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q


class User(AbstractUser):
    """A person, or a program, that signs in."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    job_title = models.CharField(max_length=80, blank=True)
    timezone = models.CharField(max_length=64, default="UTC")
    is_demo = models.BooleanField(default=False)

    @property
    def label(self) -> str:
        return self.get_full_name() or self.get_username()

    @property
    def initials(self) -> str:
        return "".join(word[0] for word in self.label.split()[:2]).upper()


class Team(models.Model):
    """People who hold roles together."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=120, unique=True)
    members = models.ManyToManyField(User, related_name="teams", blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Role(models.TextChoices):
    VIEWER = "viewer", "Viewer"
    BUSINESS_OWNER = "business_owner", "Business owner"
    SERVICE_OWNER = "service_owner", "Service owner"
    SLA_MANAGER = "sla_manager", "SLA manager"
    FINANCE = "finance", "Finance"
    ADMIN = "admin", "Admin"


class RoleAssignment(models.Model):
    """A user or a team holds a role: for everything, a business unit and below, a service."""

    user = models.ForeignKey(
        User, on_delete=models.CASCADE, null=True, blank=True, related_name="roles"
    )
    team = models.ForeignKey(
        Team, on_delete=models.CASCADE, null=True, blank=True, related_name="roles"
    )
    role = models.CharField(max_length=20, choices=Role)
    business_unit = models.ForeignKey(
        "catalog.BusinessUnit",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
    )
    service = models.ForeignKey(
        "catalog.Service", on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(user__isnull=True) ^ Q(team__isnull=True),
                name="role_is_held_by_a_user_or_a_team",
            ),
            models.CheckConstraint(
                condition=Q(business_unit__isnull=True) | Q(service__isnull=True),
                name="role_has_at_most_one_scope",
            ),
            models.UniqueConstraint(
                fields=["user", "team", "role", "business_unit", "service"],
                nulls_distinct=False,
                name="role_is_assigned_once_per_scope",
            ),
        ]

    def __str__(self) -> str:
        scope = self.business_unit or self.service or "everything"
        return f"{self.user or self.team} is {self.get_role_display()} for {scope}"


class Impersonation(models.Model):
    """An administrator looked at the portal with somebody's eyes, without touching it."""

    admin = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    seen_as = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=models.F("started_at")),
                name="impersonation_ends_after_it_starts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.admin} saw the portal as {self.seen_as} from {self.started_at:%F %T}"
