"""Components print what they are given, and unknown is never green."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.core.paginator import Paginator
from django.template import engines
from django.test import RequestFactory

from bsm.web.status import LOOKS, look
from impact.domain.labels import Label
from monitoring.domain.status import State
from sla.domain.outlook import Outlook
from sla.domain.words import Status

NOON = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)


def printed(source: str, **context: Any) -> str:
    return str(engines["django"].from_string(source).render(context)).strip()


def test_states_of_all_apps_have_a_shape_and_a_word() -> None:
    for words in (State, Label, Outlook, Status):
        assert {str(member.value) for member in words} <= LOOKS.keys()


@pytest.mark.parametrize("state", [None, "", "never heard of", "unknown", "INSUFFICIENT_DATA"])
def test_what_is_not_known_is_never_green(state: str | None) -> None:
    assert look(state).kind == "unknown"
    assert "status-ok" not in printed("{% status_pill state %}{% verdict state %}", state=state)


def test_a_pill_has_a_shape_a_colour_and_a_word() -> None:
    pill = printed('{% status_pill "down" %}')

    assert "#status-crit" in pill
    assert 'class="status status-crit"' in pill
    assert "Outage" in pill


def test_a_running_period_says_so() -> None:
    assert "so far" in printed('{% verdict "MET" provisional=True %}')
    assert "so far" not in printed('{% verdict "MET" %}')


def test_ages_are_counted_from_the_clock_that_was_read_at_the_door() -> None:
    context = {"at": NOON, "as_of": datetime(2026, 11, 3, 12, 4, tzinfo=UTC)}

    assert "4 min ago" in printed("{% age at %}", **context)
    assert 'datetime="2026-11-03T12:00:00+00:00"' in printed("{% age at %}", **context)


def test_instants_are_printed_in_the_zone_of_the_agreement() -> None:
    assert "13:00 CET" in printed('{% when at "Europe/Berlin" %}', at=NOON)
    assert printed("{% when at %}", at=None) == ""


def test_a_pill_and_a_time_may_stand_before_a_full_stop() -> None:
    sentence = printed('({% status_pill "down" %}), since {% when at %}.', at=NOON)

    assert sentence.startswith('(<span class="status')
    assert sentence.endswith("</time>.")


def test_a_pager_keeps_the_filters_and_escapes_them() -> None:
    request = RequestFactory().get("/services/", {"q": '"><b>', "page": "2"})
    page = Paginator(range(60), 25).page(2)

    pager = printed('{% pager page "services" %}', request=request, page=page)

    assert "50 of 60 services" in pager
    assert "q=%22%3E%3Cb%3E&amp;page=1" in pager
    assert "q=%22%3E%3Cb%3E&amp;page=3" in pager
    assert "<b>" not in pager


def test_names_are_escaped_wherever_they_stand() -> None:
    evil = "<script>alert(1)</script>"
    days = [{"day": evil, "kind": "crit", "title": evil}]
    piece = (NOON, NOON.replace(hour=13), "crit", evil)
    source = (
        '{% status_pill "warn" evil %}{% strip days %}{% spark values evil %}'
        '{% timeline pieces start end evil %}{% icon "home" 16 evil %}'
        '{% include "components/_tile.html" with label=evil value=evil note=evil %}'
    )

    page = printed(
        source,
        evil=evil,
        days=days,
        values=[1, 2],
        pieces=[piece],
        start=NOON,
        end=NOON.replace(hour=14),
    )

    assert "<script" not in page
    assert page.count("&lt;script&gt;") >= 7


def test_no_owner_is_a_warning_and_not_a_dash() -> None:
    owner = printed('{% include "components/_person.html" with person=None %}')

    assert "status-warn" in owner
    assert "No owner" in owner


def test_an_allowance_without_a_figure_draws_no_empty_bar() -> None:
    assert "<svg" not in printed("{% allowance used %}", used=None)
    assert "157%" in printed("{% allowance used %}", used=Decimal(157))
