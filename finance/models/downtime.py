"""What an hour of a service is worth, and what its outages cost."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class BusinessValue(models.Model):
    """What the business loses in an hour without the service."""

    service = models.OneToOneField(
        "catalog.Service", on_delete=models.CASCADE, related_name="business_value"
    )
    hourly_loss = models.DecimalField(max_digits=14, decimal_places=2)
    currency = models.CharField(max_length=3, default="EUR", help_text="ISO 4217.")
    is_demo = models.BooleanField(default=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(hourly_loss__gte=0), name="hourly_loss_is_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service}: {self.hourly_loss} {self.currency} an hour"


class DowntimeCost(models.Model):
    """What one outage cost: hours out, times weight, times the value of an hour.

    Derived: priced again whenever the outage or the value of an hour changes.
    """

    outage = models.OneToOneField(
        "impact.Outage", on_delete=models.CASCADE, primary_key=True, related_name="cost"
    )
    amount = models.DecimalField(max_digits=16, decimal_places=2)
    currency = models.CharField(max_length=3)
    hourly_loss = models.DecimalField(max_digits=14, decimal_places=2)
    lost_milli = models.PositiveBigIntegerField(help_text="Weighted milliseconds priced.")
    is_provisional = models.BooleanField(help_text="The outage has not ended.")
    priced_until = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"
