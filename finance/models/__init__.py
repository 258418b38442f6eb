"""The tables of finance."""

from finance.models.downtime import BusinessValue, DowntimeCost

__all__ = ["BusinessValue", "DowntimeCost"]
