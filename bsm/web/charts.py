"""One Plotly look: rows in, a figure and its table twin out.

Colours are roles ("series-1", "mark-crit") in the meta of a trace, not values: charts.js
looks them up in the style sheet, so that a change of theme draws the same figure again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import plotly.graph_objects as go

Value = float | int | None
Moment = datetime | str

SERIES = tuple(f"series-{n}" for n in range(1, 7))
LABEL_COLUMN_PX = 112


@dataclass(frozen=True)
class Series:
    """One line or one set of bars; a None in `values` is a gap, never a zero."""

    name: str
    values: Sequence[Value]
    colour: str = ""
    is_provisional: bool = False  # the last value is of a period that still runs


@dataclass(frozen=True)
class Band:
    """A span behind the lines: an outage ("crit"), maintenance, or no data ("unknown")."""

    start: Moment
    end: Moment
    kind: str
    title: str = ""


@dataclass(frozen=True)
class Words:
    """What a chart says: the finding as caption, a summary for those who do not see it."""

    id: str
    finding: str
    label: str
    x: str = "Time"
    unit: str = ""


@dataclass(frozen=True)
class Chart:
    id: str
    finding: str
    label: str
    figure: dict[str, Any]
    columns: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)


def line(
    words: Words,
    x: Sequence[Moment],
    series: Sequence[Series],
    *,
    target: float | None = None,
    bands: Sequence[Band] = (),
) -> Chart:
    """Change over time. The axis may start above zero; the words should say so then."""
    figure = go.Figure()
    for n, one in enumerate(series):
        colour = one.colour or SERIES[n % len(SERIES)]
        figure.add_scatter(
            x=list(x),
            y=list(one.values),
            name=_plain(one.name),
            mode="lines",
            connectgaps=False,
            line={"width": 2},
            meta={"role": colour},
            hovertemplate=f"%{{y}}{words.unit}<extra>{_plain(one.name)}</extra>",
        )
        if one.is_provisional and one.values and one.values[-1] is not None:
            _open_dot(figure, x[-1], one.values[-1], colour)
    return _finish(figure, words, x, series, _marks(target, bands))


def bar(
    words: Words,
    x: Sequence[Moment],
    series: Sequence[Series],
    *,
    target: float | None = None,
    colours: Sequence[str] = (),
) -> Chart:
    """Compare. Bars start at zero; `colours` gives each bar of a single series its own."""
    figure = go.Figure()
    for n, one in enumerate(series):
        own = list(colours) if colours and len(series) == 1 else None
        figure.add_bar(
            x=list(x),
            y=list(one.values),
            name=_plain(one.name),
            meta={"role": own or one.colour or SERIES[n % len(SERIES)]},
            hovertemplate=f"%{{y}}{words.unit}<extra>{_plain(one.name)}</extra>",
        )
    figure.update_yaxes(rangemode="tozero")
    return _finish(figure, words, x, series, _marks(target, ()))


def _finish(
    figure: go.Figure,
    words: Words,
    x: Sequence[Moment],
    series: Sequence[Series],
    marks: dict[str, Any],
) -> Chart:
    labels = [] if len(series) > 4 or len(series) < 2 else list(series)
    figure.update_layout(
        showlegend=len(series) > 4,
        hovermode="x unified",
        margin={"l": 56, "r": LABEL_COLUMN_PX if labels or marks["target"] is not None else 16},
        yaxis={"ticksuffix": words.unit},
        meta={
            **marks,
            "unit": words.unit,
            "labels": [_end_label(one, n) for n, one in enumerate(labels)],
        },
    )
    return Chart(
        id=words.id,
        finding=words.finding,
        label=words.label,
        figure=_as_plain_data(figure),
        columns=[words.x, *(one.name for one in series)],
        rows=[
            [_cell(at), *(_figure(one.values[n], words.unit) for one in series)]
            for n, at in enumerate(x)
        ],
    )


def _marks(target: float | None, bands: Sequence[Band]) -> dict[str, Any]:
    spans = [
        {"x0": band.start, "x1": band.end, "kind": band.kind, "title": _plain(band.title)}
        for band in bands
    ]
    return {"target": target, "bands": spans}


def _end_label(one: Series, number: int) -> dict[str, Any]:
    last = next((value for value in reversed(one.values) if value is not None), None)
    colour = one.colour or SERIES[number % len(SERIES)]
    return {"text": _plain(one.name), "y": last, "colour": colour}


def _open_dot(figure: go.Figure, x: Moment, y: Value, colour: str) -> None:
    figure.add_scatter(
        x=[x],
        y=[y],
        mode="markers",
        showlegend=False,
        marker={"size": 9, "line": {"width": 2}},
        meta={"role": colour},
        hovertemplate="so far<extra></extra>",
    )


def _as_plain_data(figure: go.Figure) -> dict[str, Any]:
    """Traces and layout without Plotly's own template: charts.js has the look.

    Lists stay lists: Plotly's own encoder may pack numbers into base64.
    """
    plain = figure.to_dict()
    plain["layout"].pop("template", None)
    return {"data": plain["data"], "layout": plain["layout"]}


def _plain(text: str) -> str:
    """Plotly reads a little HTML in its labels; what people typed is text."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _cell(moment: Moment) -> str:
    return f"{moment:%Y-%m-%d %H:%M}" if isinstance(moment, datetime) else moment


def _figure(value: Value, unit: str) -> str:
    return "No data" if value is None else f"{value:g}{unit}"
