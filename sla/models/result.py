"""What was measured. Derived rows: rebuilt, never typed in, never added to."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.db.models import F, Q

from bsm.kernel.periods import Period, PeriodKind
from bsm.web.choices import choices
from sla.domain.outlook import Outlook, outlook, used_percent
from sla.domain.words import Reason, Status

FACTS = ["not_effective", "out_of_hours", "excluded", "unknown", "up", "impaired"]


class Facts(models.Model):
    """Seconds by what they were. The six classes add up to `seconds`; the rest are "of which".

    `lost_milli` is the weighted downtime in thousandths of a second: each impaired second
    counts its weight per mille.
    """

    seconds = models.PositiveIntegerField()
    not_effective = models.PositiveIntegerField()
    out_of_hours = models.PositiveIntegerField()
    excluded = models.PositiveIntegerField()
    unknown = models.PositiveIntegerField()
    up = models.PositiveIntegerField()
    impaired = models.PositiveIntegerField()
    forgiven = models.PositiveIntegerField(help_text="Of the seconds up.")
    lost_milli = models.PositiveBigIntegerField()

    class Meta:
        abstract = True


def conservation(name: str) -> models.CheckConstraint:
    """Time is neither created nor lost."""
    parts = F("not_effective") + F("out_of_hours") + F("excluded")
    parts = parts + F("unknown") + F("up") + F("impaired")
    return models.CheckConstraint(condition=Q(seconds=parts), name=name)


class DayFact(Facts):
    """One local day of one commitment, so far as it is over, in whole seconds."""

    commitment = models.ForeignKey(
        "sla.Commitment", on_delete=models.CASCADE, related_name="day_facts"
    )
    on = models.DateField(help_text="In the time zone of the agreement.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["commitment", "on"], name="one_fact_per_day"),
            conservation("seconds_of_a_day_add_up"),
        ]

    def __str__(self) -> str:
        return f"{self.commitment} on {self.on}"


class PeriodResult(Facts):
    """How one commitment did in one period: the sum of its days, and the verdict.

    The value is (base - lost) / base as `value_numerator` over `value_denominator`, both in
    thousandths of a second; both null when the base is empty, and then `reason` says why.
    """

    commitment = models.ForeignKey(
        "sla.Commitment", on_delete=models.CASCADE, related_name="results"
    )
    period_kind = models.CharField(max_length=8, choices=choices(PeriodKind))
    first_on = models.DateField()
    base_seconds = models.PositiveIntegerField()
    down_milli = models.PositiveBigIntegerField(help_text="Lost, as the unknown policy counts.")
    value_numerator = models.BigIntegerField(null=True)
    value_denominator = models.BigIntegerField(null=True)
    value_percent = models.DecimalField(max_digits=7, decimal_places=4, null=True)
    band_low_percent = models.DecimalField(max_digits=7, decimal_places=4, null=True)
    band_high_percent = models.DecimalField(max_digits=7, decimal_places=4, null=True)
    coverage_percent = models.DecimalField(max_digits=7, decimal_places=4, null=True)
    status = models.CharField(max_length=17, choices=choices(Status), null=True)
    reason = models.CharField(max_length=15, choices=choices(Reason), blank=True)
    budget_milli = models.BigIntegerField(
        null=True,
        help_text="Downtime the target allows in the whole period, known future included.",
    )
    is_provisional = models.BooleanField(help_text="The period is not over yet.")
    measured_until = models.DateTimeField()
    computed_at = models.DateTimeField()
    inputs_hash = models.CharField(max_length=64)
    engine_version = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["commitment", "period_kind", "first_on"], name="one_result_per_period"
            ),
            conservation("seconds_of_a_period_add_up"),
        ]
        indexes = [models.Index(fields=["first_on", "period_kind"], name="results_of_a_period")]

    def __str__(self) -> str:
        return f"{self.commitment} from {self.first_on}: {self.status}"

    @property
    def period(self) -> Period:
        """The dates that were judged."""
        return Period.containing(PeriodKind(self.period_kind), self.first_on)

    @property
    def budget_left_milli(self) -> int | None:
        """Negative once more was lost than the target allows."""
        return None if self.budget_milli is None else self.budget_milli - self.down_milli

    @property
    def used_percent(self) -> Decimal | None:
        """The share of the allowance that is gone; None where nothing was measured."""
        if self.value_denominator is None:
            return None
        return used_percent(down_milli=self.down_milli, budget_milli=self.budget_milli)

    @property
    def outlook(self) -> Outlook:
        """What the result says so far about how the period will end."""
        return outlook(
            self.status,
            is_provisional=self.is_provisional,
            down_milli=self.down_milli,
            budget_milli=self.budget_milli,
        )
