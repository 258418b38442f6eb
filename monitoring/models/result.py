"""What the checks found, as it was found."""

from __future__ import annotations

import uuid

from django.db import models

from monitoring.domain.status import Outcome

OUTCOMES = [(int(outcome), outcome.name.lower()) for outcome in Outcome]


POLLED, TOLD = 0, 1  # locations: our own prober; somebody outside (imports, pushes)


class CheckResult(models.Model):
    """One check of one monitor in one slot. The first recording of a slot wins (R1).

    What our own prober found is partitioned by day of `slot` and dropped when it is old;
    what we were told lies apart and is kept (monitoring/migrations says how). The table has
    no foreign keys and is written by COPY.
    """

    pk = models.CompositePrimaryKey("monitor_number", "location", "slot")
    monitor_number = models.IntegerField()
    location = models.SmallIntegerField(
        default=0, help_text="0: our own prober, 1: told from outside."
    )
    slot = models.DateTimeField()
    late_ms = models.IntegerField(default=0, help_text="Start of the check, after its slot.")
    elapsed_us = models.IntegerField(null=True)
    outcome = models.SmallIntegerField(choices=OUTCOMES)
    code = models.IntegerField(null=True, help_text="HTTP status; 0 when nothing answered.")
    is_imported = models.BooleanField(default=False)
    is_ignored = models.BooleanField(
        default=False, help_text="It came out of order and too late to be believed (R8)."
    )

    class Meta:
        managed = False
        db_table = "monitoring_checkresult"

    def __str__(self) -> str:
        return f"{self.monitor_number} at {self.slot:%F %T}: {self.get_outcome_display()}"


class Evidence(models.Model):
    """What a check that was not ok had to say."""

    monitor_number = models.IntegerField()
    slot = models.DateTimeField()
    message = models.CharField(max_length=500)
    phases = models.JSONField(default=dict, help_text="Microseconds: dns, connect, tls, ttfb.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["monitor_number", "slot"], name="evidence_is_given_once"
            ),
        ]

    def __str__(self) -> str:
        return self.message


class HourlyRollup(models.Model):
    """The checks of one monitor in one hour, summed; sums of sums stay exact."""

    monitor_number = models.IntegerField()
    hour = models.DateTimeField()
    ok = models.IntegerField()
    warn = models.IntegerField()
    error = models.IntegerField()
    fail = models.IntegerField()
    elapsed_us_sum = models.BigIntegerField()
    elapsed_us_max = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["monitor_number", "hour"], name="one_rollup_per_monitor_and_hour"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.monitor_number} in the hour of {self.hour:%F %H:00}"


class HistoryImport(models.Model):
    """A file of check history that was planned, and perhaps applied."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    file_name = models.CharField(max_length=255)
    content = models.TextField()
    until = models.DateTimeField(help_text="The last state of each monitor holds until then.")
    plan = models.JSONField(default=dict)
    planned_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True)
    actor = models.ForeignKey(
        "catalog.User", on_delete=models.SET_NULL, null=True, related_name="+"
    )

    def __str__(self) -> str:
        return self.file_name
