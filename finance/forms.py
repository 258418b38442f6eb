"""Input about money, cleaned."""

from __future__ import annotations

from decimal import Decimal

from django import forms


class BusinessValueForm(forms.Form):
    """What the business loses in an hour without the service."""

    hourly_loss = forms.DecimalField(
        label="Loss per hour",
        min_value=Decimal(0),
        max_digits=14,
        decimal_places=2,
        help_text="What an hour without the service costs the business.",
    )
    currency = forms.RegexField(
        regex=r"\A[A-Z]{3}\Z",
        initial="EUR",
        strip=True,
        help_text="Three capital letters, such as EUR.",
        error_messages={"invalid": "A currency is three capital letters, such as EUR."},
    )
