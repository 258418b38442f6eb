"""The portal's own furniture: what serves every app and belongs to none."""

from __future__ import annotations

import uuid

from django.db import models


class Recomputation(models.Model):
    """Work that waits: "look again at this subject, from `since` on".

    A fact writes its row in its own transaction, so nothing is lost with the broker. Facts
    about one subject are merged to the earliest `since`. The row goes when the work is done;
    after too many attempts it stays, with the error, until somebody tries again.
    """

    step = models.CharField(max_length=80)
    subject = models.CharField(max_length=64)
    since = models.DateTimeField()
    noted_at = models.DateTimeField()
    revision = models.PositiveIntegerField(default=1, help_text="Grows with each merged fact.")
    attempts = models.PositiveSmallIntegerField(default=0)
    leased_until = models.DateTimeField(null=True, blank=True)
    is_dead = models.BooleanField(default=False)
    error = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["step", "subject"], name="one_row_per_piece_of_work"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.step} {self.subject} since {self.since:%F %T}"


class ApiToken(models.Model):
    """A key with which a program acts for a user. Only a keyed hash of the secret is kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        "catalog.User", on_delete=models.CASCADE, related_name="api_tokens"
    )
    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=12, unique=True)
    digest = models.CharField(max_length=64)
    may_write = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"


class Beat(models.Model):
    """The last time a part of the portal showed that it lives."""

    name = models.CharField(max_length=40, primary_key=True)
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} at {self.seen_at:%F %T}"


class DemoCompany(models.Model):
    """The demo company is loaded: its history up to `until`, all of it from `seed`."""

    seed = models.PositiveBigIntegerField()
    until = models.DateTimeField(help_text="History ends here; from here on it is live.")
    size = models.PositiveSmallIntegerField(help_text="How many services it has.")
    loaded_at = models.DateTimeField()
    is_only = models.BooleanField(default=True, unique=True, editable=False)

    class Meta:
        verbose_name_plural = "demo companies"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(is_only=True), name="demo_company_is_loaded_once"
            ),
        ]

    def __str__(self) -> str:
        return f"seed {self.seed} until {self.until:%F %T}"
