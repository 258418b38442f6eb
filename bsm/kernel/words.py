"""Figures as people read them. A printed figure never looks better than the true one."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal

NO_DATA = "No data"
MINUS = "\N{MINUS SIGN}"
SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥"}
WITHOUT_CENTS = frozenset({"JPY", "KRW", "ISK"})
MINUTE, HOUR, DAY = 60, 3600, 86_400
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

Number = Decimal | int


def percent(value: Number | None, *, decimals: int = 3) -> str:
    """Cut toward the breach: 99.9996 reads 99.999%, and 100% is only ever exact."""
    if value is None:
        return NO_DATA
    if value == 100:
        return "100%"
    unit = Decimal(1).scaleb(-decimals)
    return f"{_signed(Decimal(value).quantize(unit, rounding=ROUND_FLOOR))}%"


def target(value: Number | None) -> str:
    """A promised percentage exactly as it was promised: 99.9%, 99.95%."""
    if value is None:
        return "No target"
    text = f"{Decimal(value):f}"
    return f"{text.rstrip('0').rstrip('.') if '.' in text else text}%"


def used(value: Number | None) -> str:
    """The used part of an allowance in whole percent; 0% and 100% are only ever exact."""
    if value is None:
        return NO_DATA
    if 0 < value < 1:
        return "<1%"
    rounding = ROUND_FLOOR if value < 100 else ROUND_CEILING
    return f"{_signed(Decimal(value).quantize(Decimal(1), rounding=rounding))}%"


def duration(length: timedelta | Number | None) -> str:
    """The two largest units of a length in seconds: 5 h 50 min, 45 s, 3 d 4 h."""
    if length is None:
        return NO_DATA
    seconds = _seconds(length)
    if seconds < 0:
        return f"{MINUS}{duration(-seconds)}"
    if 0 < seconds < 1:
        return f"{max(1, int(seconds * 1000))} ms"
    whole = int(seconds)
    parts = [
        (whole // DAY, "d"),
        (whole % DAY // HOUR, "h"),
        (whole % HOUR // MINUTE, "min"),
        (whole % MINUTE, "s"),
    ]
    first = next((n for n, (count, _) in enumerate(parts) if count), len(parts) - 1)
    shown = parts[first : first + 2]
    return " ".join(f"{count} {unit}" for count, unit in shown if count) or "0 s"


def money(amount: Number | None, currency: str) -> str:
    """The amount with its currency, to the cent: €1,200.00, CHF 980.50."""
    if amount is None:
        return NO_DATA
    unit = Decimal(1) if currency in WITHOUT_CENTS else Decimal("0.01")
    figure = Decimal(amount).quantize(unit, rounding=ROUND_HALF_EVEN)
    return _with_currency(figure < 0, f"{abs(figure):,f}", currency)


def money_short(amount: Number | None, currency: str) -> str:
    """The amount in three or four figures, for tiles: €940, €42.6k, €1.84M."""
    if amount is None:
        return NO_DATA
    size = abs(Decimal(amount))
    if size < 10_000:
        text = f"{size.quantize(Decimal(1), rounding=ROUND_HALF_EVEN):,f}"
    elif size < 999_500:
        text = f"{_three_figures(size / 1000)}k"
    elif size < 999_500_000:
        text = f"{_three_figures(size / 1_000_000)}M"
    else:
        text = f"{_three_figures(size / 1_000_000_000)}bn"
    return _with_currency(amount < 0, text, currency)


def age(moment: datetime, *, now: datetime) -> str:
    """How long ago, or how soon, in one unit: 4 min ago, in 3 d, just now."""
    seconds = int((now - moment).total_seconds())
    size = abs(seconds)
    if size < 10:
        return "just now"
    if size < MINUTE:
        text = f"{size} s"
    elif size < HOUR:
        text = f"{size // MINUTE} min"
    elif size < 2 * DAY:
        text = f"{size // HOUR} h"
    else:
        text = f"{size // DAY} d"
    return f"{text} ago" if seconds > 0 else f"in {text}"


def when(moment: datetime, *, zone: tzinfo = UTC, now: datetime | None = None) -> str:
    """The instant on a wall clock that is named: Tue 3 Nov, 14:05 UTC.

    The year is left out only when it is the year of `now`.
    """
    local = moment.astimezone(zone)
    weekday, month = WEEKDAYS[local.weekday()], MONTHS[local.month - 1]
    is_this_year = now is not None and now.astimezone(zone).year == local.year
    year = "" if is_this_year else f" {local.year}"
    return f"{weekday} {local.day} {month}{year}, {local:%H:%M} {local.tzname()}"


def day(value: date) -> str:
    """3 Nov 2026"""
    return f"{value.day} {MONTHS[value.month - 1]} {value.year}"


def _signed(figure: Decimal) -> str:
    return f"{MINUS if figure < 0 else ''}{abs(figure):f}"


def _seconds(length: timedelta | Number) -> Decimal:
    if isinstance(length, timedelta):
        return Decimal(length // timedelta(microseconds=1)) / 1_000_000
    return Decimal(length)


def _three_figures(figure: Decimal) -> str:
    decimals = 2 if figure < 10 else 1 if figure < 100 else 0
    if figure >= Decimal("9.995") and decimals == 2:
        decimals = 1
    text = f"{figure.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_EVEN):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _with_currency(is_negative: bool, text: str, currency: str) -> str:  # noqa: FBT001
    symbol = SYMBOLS.get(currency, f"{currency} ")
    return f"{MINUS if is_negative else ''}{symbol}{text}"
