"""What promises came to, drawn."""

from __future__ import annotations

from collections.abc import Sequence

from bsm.kernel import words
from bsm.web.charts import Chart, Series, Words, line
from sla.domain.words import Status
from sla.models import PeriodResult


def history(results: Sequence[PeriodResult]) -> Chart | None:
    """The value of each period against the target, oldest first; None for less than two."""
    if len(results) < 2:
        return None
    newest = results[-1]
    target = newest.commitment.target_percent
    judged = [r for r in results if r.status is not None and not r.is_provisional]
    met = sum(result.status == Status.MET for result in judged)
    return line(
        Words(
            id="history",
            finding=f"The target was met in {met} of {len(judged)} finished periods",
            label=f"Availability against {words.target(target)}; "
            "the axis does not start at zero",
            x="Period",
            unit="%",
        ),
        [result.period.name for result in results],
        [
            Series(
                "Availability",
                [None if r.value_percent is None else float(r.value_percent) for r in results],
                is_provisional=newest.is_provisional,
            )
        ],
        target=float(target),
    )
