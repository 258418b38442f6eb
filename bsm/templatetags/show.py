"""How figures, times and states are printed: the filters and tags every template knows."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.core.paginator import Page
from django.http import QueryDict
from django.template.loader import get_template
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from bsm.kernel import words
from bsm.web import drawing
from bsm.web.status import Look, look

register = template.Library()

COMPONENTS = "components/"


def in_line(name: str) -> Callable[[Callable[..., dict[str, Any]]], Callable[..., SafeString]]:
    """Render a component without the line breaks around it: it may stand before a full stop."""

    def of(needs: Callable[..., dict[str, Any]]) -> Callable[..., SafeString]:
        @functools.wraps(needs)
        def rendered(*args: Any, **options: Any) -> SafeString:
            text = get_template(COMPONENTS + name).render(needs(*args, **options))
            return mark_safe(text.strip())  # noqa: S308 (a template has escaped it)

        return rendered

    return of


@register.filter
def percent(value: Decimal | None, decimals: int = 3) -> str:
    return words.percent(value, decimals=decimals)


@register.filter
def target(value: Decimal | None) -> str:
    return words.target(value)


@register.filter
def used(value: Decimal | None) -> str:
    return words.used(value)


@register.filter
def duration(value: timedelta | Decimal | int | None) -> str:
    return words.duration(Decimal(str(value)) if isinstance(value, float) else value)


@register.filter
def duration_ms(value: int | None) -> str:
    return words.duration(None if value is None else Decimal(value) / 1000)


@register.filter
def money(value: Decimal | None, currency: str = "EUR") -> str:
    return words.money(value, currency)


@register.filter
def money_short(value: Decimal | None, currency: str = "EUR") -> str:
    return words.money_short(value, currency)


@register.filter(name="when")
def when_text(value: datetime | None, zone: str = "") -> str:
    """For attributes and plain text; in running HTML use the tag, which marks up the time."""
    if value is None:
        return ""
    return words.when(value, zone=_zone(zone), now=timezone.now())


@register.filter
def day(value: date | datetime | None) -> str:
    return "" if value is None else words.day(value)


@register.filter
def status_kind(state: Any) -> str:
    return look(state).kind


@register.filter
def status_word(state: Any) -> str:
    return look(state).word


@register.simple_tag
@in_line("_when.html")
def when(value: datetime | None, zone: str = "") -> dict[str, Any]:
    return {"value": value, "text": when_text(value, zone)}


@register.simple_tag(takes_context=True)
@in_line("_age.html")
def age(context: template.Context, value: datetime | None) -> dict[str, Any]:
    now = context.get("as_of") or timezone.now()
    text = "" if value is None else words.age(value, now=now)
    return {"value": value, "text": text, "exact": when_text(value)}


@register.simple_tag
@in_line("_icon.html")
def icon(name: str, size: int = 20, label: str = "") -> dict[str, Any]:
    return {"name": name, "size": size, "label": label}


@register.simple_tag
@in_line("_status.html")
def status_pill(state: Any, word: str = "") -> dict[str, Any]:
    """Accepts a state of the product or one of the five kinds."""
    shown = look(state)
    kind = str(state) if str(state) in drawing.KIND_WORDS else shown.kind
    return {"kind": kind, "word": word or shown.word}


@register.simple_tag
@in_line("_verdict.html")
def verdict(
    status: Any,
    provisional: bool = False,  # noqa: FBT001, FBT002 (template tags are called by name)
) -> dict[str, Any]:
    """None means the period is still open or was never judged: no data, never green."""
    shown = look(status) if status is not None else Look("unknown", "No data")
    return {"kind": shown.kind, "word": shown.word, "provisional": provisional}


@register.simple_tag
@in_line("_strip.html")
def strip(days: Sequence[Any]) -> dict[str, Any]:
    return {"strip": drawing.strip(days)}


@register.simple_tag
@in_line("_allowance.html")
def allowance(used_percent: Decimal | None, kind: str = "") -> dict[str, Any]:
    return {
        "text": words.used(used_percent),
        "known": used_percent is not None,
        "width": drawing.allowance_width(used_percent),
        "kind": kind or drawing.allowance_kind(used_percent),
    }


@register.simple_tag
@in_line("_spark.html")
def spark(values: Sequence[Any], label: str, kind: str = "accent") -> dict[str, Any]:
    return {"spark": drawing.spark(values), "label": label, "kind": kind}


@register.inclusion_tag(COMPONENTS + "_timeline.html")
def timeline(
    pieces: Sequence[tuple[datetime, datetime, str, str]],
    start: datetime,
    end: datetime,
    label: str,
) -> dict[str, Any]:
    return {
        "pieces": drawing.timeline(pieces, start=start, end=end),
        "start": when_text(start),
        "end": when_text(end),
        "label": label,
    }


@register.inclusion_tag(COMPONENTS + "_pager.html", takes_context=True)
def pager(context: template.Context, page: Page[Any], noun: str = "rows") -> dict[str, Any]:
    """Links that keep the filters of the address and change only the page."""
    request = context.get("request")
    query: QueryDict = request.GET if request is not None else QueryDict()
    return {
        "page": page,
        "noun": noun,
        "previous": _address(query, page.number - 1) if page.has_previous() else "",
        "next": _address(query, page.number + 1) if page.has_next() else "",
    }


def _address(query: QueryDict, number: int) -> str:
    changed = query.copy()
    changed["page"] = str(number)
    return f"?{changed.urlencode()}"


def _zone(name: str) -> Any:
    return ZoneInfo(name) if name else timezone.get_current_timezone() or UTC
