"""How monitored things were, and are."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.contrib.postgres.indexes import GistIndex
from django.db import models
from django.db.models import Q

from bsm.web.choices import choices
from monitoring.domain.status import State


class StatusInterval(models.Model):
    """A monitor stood at one state during `valid`; we believed so during `recorded`.

    The believed intervals of a monitor (their `recorded` has no end) follow one another
    without overlap or gap from its creation on; the newest is open. Late evidence closes
    `recorded` and adds rows, so what was believed on any day can be read again.
    """

    monitor = models.ForeignKey(
        "monitoring.Monitor", on_delete=models.CASCADE, related_name="intervals"
    )
    state = models.CharField(max_length=8, choices=choices(State))
    valid = DateTimeRangeField()
    decided_at = models.DateTimeField(help_text="When the last of the confirming run arrived.")
    last_contrary_at = models.DateTimeField(
        null=True, help_text="The check just before; the true start lies after it."
    )
    recorded = DateTimeRangeField()

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="monitor_has_one_believed_state_at_a_time",
                expressions=[
                    ("monitor", RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                ],
                condition=Q(recorded__upper_inf=True),
            ),
            models.CheckConstraint(
                condition=Q(valid__isempty=False), name="status_interval_lasts_some_time"
            ),
        ]
        # Timelines of one monitor, and of all, by time.
        indexes = [GistIndex(fields=["valid"], name="status_interval_by_time")]

    def __str__(self) -> str:
        return f"{self.monitor} {self.state} since {self.valid.lower:%F %T}"


class MonitorHead(models.Model):
    """Where the state machine of a monitor stands.

    It is written only when more than "still the same" happens, so the newest evidence of a
    settled monitor is in the results, not here.
    """

    monitor = models.OneToOneField(
        "monitoring.Monitor", on_delete=models.CASCADE, primary_key=True, related_name="head"
    )
    state = models.CharField(max_length=8, choices=choices(State), default=State.UNKNOWN)
    since = models.DateTimeField()
    machine = models.JSONField(default=dict, help_text="The frozen state machine.")
    last_evidence_at = models.DateTimeField(null=True)
    last_message = models.CharField(max_length=500, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.monitor} is {self.state}"
