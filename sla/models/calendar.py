"""When a service is promised to be there."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q


class Calendar(models.Model):
    """Service hours by the wall clock; a commitment without one runs around the clock."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=80, unique=True)
    is_demo = models.BooleanField(default=False)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class ServiceWindow(models.Model):
    """Open on a weekday (1 Monday to 7 Sunday) between two wall-clock times.

    `closes_at` at or before `opens_at` passes midnight; the window belongs to the day it
    starts on.
    """

    calendar = models.ForeignKey(Calendar, on_delete=models.CASCADE, related_name="windows")
    weekday = models.PositiveSmallIntegerField()
    opens_at = models.TimeField()
    closes_at = models.TimeField()

    class Meta:
        ordering = ["weekday", "opens_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(weekday__range=(1, 7)), name="weekday_is_1_to_7"
            ),
            models.UniqueConstraint(
                fields=["calendar", "weekday", "opens_at"], name="window_opens_once_a_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.weekday} {self.opens_at:%H:%M}-{self.closes_at:%H:%M}"


class Holiday(models.Model):
    """No windows on this date."""

    calendar = models.ForeignKey(Calendar, on_delete=models.CASCADE, related_name="holidays")
    on = models.DateField()
    name = models.CharField(max_length=80)

    class Meta:
        ordering = ["on"]
        constraints = [
            models.UniqueConstraint(fields=["calendar", "on"], name="holiday_is_stated_once"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.on}"


class SpecialOpening(models.Model):
    """Open on this date, whatever the week or the holidays say."""

    calendar = models.ForeignKey(Calendar, on_delete=models.CASCADE, related_name="openings")
    on = models.DateField()
    opens_at = models.TimeField()
    closes_at = models.TimeField()

    class Meta:
        ordering = ["on", "opens_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["calendar", "on", "opens_at"], name="opening_is_stated_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.on} {self.opens_at:%H:%M}-{self.closes_at:%H:%M}"
