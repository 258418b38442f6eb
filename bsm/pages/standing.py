"""How services stand: what each app knows of them, side by side and worst first."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import impact.queries
from bsm.kernel import words
from bsm.web.status import look
from catalog.domain.attention import Need, Situation
from catalog.models import Service
from impact.domain.labels import Label
from sla.domain.outlook import GRAVITY, Outlook
from sla.models import PeriodResult
from sla.queries.overview import results_now

STRIP_DAYS = 60
OUT = frozenset({Label.CRITICAL, Label.DOWN})
DEGRADED = frozenset({Label.WARNING, Label.DEGRADED})


@dataclass(frozen=True, slots=True)
class Day:
    """One day of a strip."""

    day: date
    kind: str
    title: str


@dataclass(frozen=True, slots=True)
class Standing:
    """A service, how it is now, and how its gravest promise of this month stands."""

    service: Service
    label: Label
    since: datetime | None
    result: PeriodResult | None
    situation: Situation

    @property
    def need(self) -> Need:
        return self.situation.worst


def standings(services: Sequence[Service], *, now: datetime) -> list[Standing]:
    """All of them, those that need somebody first."""
    ids = [service.pk for service in services]
    states = impact.queries.state_now(ids)
    promises = results_now(ids, now=now)
    found = []
    for service in services:
        state = states.get(service.pk)
        label = Label(state.label) if state else Label.UNKNOWN
        result = gravest(promises.get(service.pk, []))
        found.append(
            Standing(
                service=service,
                label=label,
                since=state.since if state else None,
                result=result,
                situation=_situation(service, label, result),
            )
        )
    return sorted(found, key=_urgency)


def gravest(results: Collection[PeriodResult]) -> PeriodResult | None:
    """The result that gives most cause for concern."""
    return min(
        results, key=lambda r: (GRAVITY[r.outlook], -(r.used_percent or 0)), default=None
    )


def strips(service_ids: Sequence[UUID], *, now: datetime) -> dict[UUID, list[Day]]:
    """The worst of each of the last days, oldest first, as the strip component takes it."""
    labels = impact.queries.day_labels(service_ids, days=STRIP_DAYS, now=now)
    return {
        service_id: [_day(day, label) for day, label in days]
        for service_id, days in labels.items()
    }


def _day(day: date, label: str) -> Day:
    shown = look(label)
    return Day(day, shown.kind, f"{words.day(day)}: {shown.word}")


def _situation(service: Service, label: Label, result: PeriodResult | None) -> Situation:
    outlook = result.outlook if result else None
    return Situation(
        is_out=label in OUT,
        is_degraded=label in DEGRADED,
        is_unseen=label is Label.UNKNOWN,
        is_breached=outlook is Outlook.BREACHED,
        is_at_risk=outlook is Outlook.AT_RISK,
        has_owner=service.owner_id is not None,
    )


def _urgency(standing: Standing) -> tuple[int, int, str]:
    service = standing.service
    return (-standing.need, -service.criticality, service.name.casefold())
