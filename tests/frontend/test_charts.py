"""Charts carry roles instead of colours, gaps instead of zeros, and a table as well."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from django.template.loader import render_to_string

from bsm.web.charts import Band, Series, Words, bar, line

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
MOMENTS = [NOON + timedelta(minutes=n) for n in range(3)]
WORDS = Words(id="answers", finding="All is well.", label="Response time", unit=" ms")


def test_a_missing_value_stays_a_gap_in_the_figure_and_no_data_in_the_table() -> None:
    chart = line(WORDS, MOMENTS, [Series("Median", [120, None, 130.5])])

    trace = chart.figure["data"][0]
    assert list(trace["y"]) == [120, None, 130.5]
    assert trace["connectgaps"] is False
    assert [row[1] for row in chart.rows] == ["120 ms", "No data", "130.5 ms"]


def test_a_figure_names_roles_and_no_colours() -> None:
    chart = line(
        WORDS,
        MOMENTS,
        [Series("a", [1, 2, 3]), Series("b", [2, 3, 4], colour="mark-crit")],
        target=2.5,
        bands=[Band(MOMENTS[0], MOMENTS[1], "crit", "Outage")],
    )

    assert [trace["meta"]["role"] for trace in chart.figure["data"]] == [
        "series-1",
        "mark-crit",
    ]
    assert "#" not in json.dumps(chart.figure, default=str)
    assert chart.figure["layout"]["meta"]["target"] == 2.5


def test_a_running_period_ends_in_an_open_dot() -> None:
    chart = line(WORDS, ["Jan", "Feb"], [Series("a", [1, 2], is_provisional=True)])

    dot = chart.figure["data"][1]
    assert (list(dot["x"]), list(dot["y"]), dot["mode"]) == (["Feb"], [2], "markers")


def test_bars_start_at_zero_and_may_have_a_colour_each() -> None:
    chart = bar(WORDS, ["a", "b"], [Series("x", [1, 2])], colours=["mark-ok", "mark-crit"])

    assert chart.figure["layout"]["yaxis"]["rangemode"] == "tozero"
    assert chart.figure["data"][0]["meta"]["role"] == ["mark-ok", "mark-crit"]


def test_names_that_people_typed_cannot_leave_the_data() -> None:
    evil = "</script><img src=x onerror=alert(1)>"
    words = Words(id="x", finding=evil, label=evil)
    chart = line(words, MOMENTS, [Series(evil, [1, 2, 3]), Series("b", [1, 2, 3])])

    page = render_to_string("components/_chart.html", {"chart": chart})

    assert page.count("</script>") == 1
    assert "<img" not in page
    data = page.split('type="application/json">')[1].split("</script>")[0]
    figure = json.loads(data)
    assert "<img" not in json.dumps(figure)
    assert figure["data"][0]["name"].startswith("&lt;/script")
