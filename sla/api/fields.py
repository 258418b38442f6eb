"""How instants, wall-clock times and seconds are written in this API."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from rest_framework import serializers

# Beyond these years no zone is known, and arithmetic on instants runs off its range.
FIRST_YEAR, LAST_YEAR = 1900, 2200


class Instant(serializers.Field[datetime, str, str, datetime]):
    """ISO 8601 with an offset: 2025-03-31T09:00:00+02:00, or Z."""

    default_error_messages = {
        "instant": "must be an instant with an offset, like 2025-03-31T09:00:00+02:00",
        "range": f"must lie in the years {FIRST_YEAR} to {LAST_YEAR}",
    }

    def to_internal_value(self, data: Any) -> datetime:
        try:
            instant = datetime.fromisoformat(data)
        except (TypeError, ValueError):
            self.fail("instant")
        if instant.utcoffset() is None:
            self.fail("instant")
        if not FIRST_YEAR <= instant.year <= LAST_YEAR:
            self.fail("range")
        return instant.astimezone(UTC)

    def to_representation(self, value: datetime) -> str:
        return written(value)


class LocalDate(serializers.DateField):
    """A date of the calendar: 2025-03-31."""

    def to_internal_value(self, data: Any) -> date:
        day = super().to_internal_value(data)
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise serializers.ValidationError(
                f"must lie in the years {FIRST_YEAR} to {LAST_YEAR}"
            )
        return day


class InstantOrDate(serializers.Field[datetime | date, str, str, Any]):
    """An instant, or a local date that stands for its first instant."""

    def to_internal_value(self, data: Any) -> datetime | date:
        if isinstance(data, str) and len(data) == len("2025-03-31"):
            return LocalDate().to_internal_value(data)
        return Instant().to_internal_value(data)


class WallTime(serializers.Field[time, str, str, time]):
    """What the clock on the wall shows, "09:00"; "24:00" is the midnight that ends the day."""

    default_error_messages = {"time": "must be a time of day, like 09:00"}

    def to_internal_value(self, data: Any) -> time:
        if data == "24:00":
            return time()
        try:
            at = time.fromisoformat(data)
        except (TypeError, ValueError):
            self.fail("time")
        if at.tzinfo is not None:
            self.fail("time")
        return at

    def to_representation(self, value: time) -> str:
        return value.isoformat("minutes" if not value.second else "seconds")


class Zone(serializers.Field[ZoneInfo, str, str, Any]):
    """The IANA name of a time zone."""

    default_error_messages = {"zone": "must be the IANA name of a time zone"}

    def to_internal_value(self, data: Any) -> ZoneInfo:
        if not isinstance(data, str) or data not in available_timezones():
            self.fail("zone")
        return ZoneInfo(data)


def written(instant: datetime) -> str:
    """In UTC, to the second, with Z."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def seconds_of(milli: Fraction | int) -> str:
    """Thousandths of a second as seconds, exact and without needless zeros."""
    exact = Fraction(milli, 1000)
    return plain(Decimal(exact.numerator) / Decimal(exact.denominator))


def percent_of(value: Decimal | None) -> str | None:
    """Four decimals, always."""
    return None if value is None else f"{value:.4f}"


def plain(number: Decimal) -> str:
    """Without needless zeros and without an exponent."""
    text = f"{number:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"
