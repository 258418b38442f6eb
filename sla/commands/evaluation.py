"""Judging promises. Derived rows are replaced by what comes out now, never added to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from bsm.kernel.intervals import Interval
from bsm.kernel.periods import Period
from sla.domain.availability import FACTS, Facts
from sla.domain.evaluation import (
    ENGINE_VERSION,
    Evaluation,
    Outcome,
    Promise,
    Scope,
    evaluate,
    scope_of,
)
from sla.domain.verdict import cut_percent
from sla.models import Commitment, DayFact, PeriodResult
from sla.queries import promises

BATCH = 500  # commitments a transaction
DAY = timedelta(days=1)
RESULT_KEY = ["commitment", "period_kind", "first_on"]
# Of a result all is replaced but what it is about.
RESULT_FIELDS = [
    field.name
    for field in PeriodResult._meta.concrete_fields
    if field.name not in {"id", *RESULT_KEY}
]


def evaluate_services(since_by_service: Mapping[UUID, datetime], *, now: datetime) -> int:
    """Bring up to date what a change at `since` can touch; says how many results changed."""
    pairs = promises.commitments_of(list(since_by_service))
    return _evaluate_all({pk: since_by_service[service] for pk, service in pairs}, now)


def evaluate_running_periods(*, now: datetime) -> int:
    """Go on where each running period was left, and finish those that are over."""
    return _evaluate_all(promises.running_since(now), now)


def evaluate_commitment(commitment: Commitment, *, now: datetime) -> int:
    """One promise, from its first day on."""
    return _evaluate_all({commitment.pk: None}, now)


def _evaluate_all(since_by_commitment: Mapping[UUID, datetime | None], now: datetime) -> int:
    keys = sorted(since_by_commitment)
    return sum(
        _evaluate_batch({pk: since_by_commitment[pk] for pk in keys[n : n + BATCH]}, now)
        for n in range(0, len(keys), BATCH)
    )


@transaction.atomic
def _evaluate_batch(since_by_commitment: Mapping[UUID, datetime | None], now: datetime) -> int:
    # The commitment is the parent of its days and results: whoever holds it writes them.
    commitments = list(
        Commitment.objects.select_for_update(of=("self",))
        .filter(pk__in=since_by_commitment)
        .select_related("version__agreement")
        .order_by("pk")
    )
    promised = promises.promises_of(commitments)
    _forget_what_ended(promised)
    scopes = _scopes(promised, since_by_commitment, now)
    if not scopes:
        return 0
    service_ids = {scope.promise.service_id for scope in scopes}
    evidence = promises.evidence_of(service_ids, _hull(scopes), now)
    stored = _stored_days(scopes)
    evaluations = {
        scope.promise.id: evaluate(
            scope, evidence.about(scope), stored.get(scope.promise.id, {}), now=now
        )
        for scope in scopes
    }
    _write_days(evaluations, stored)
    return _write_results(evaluations, _stored_hashes(scopes), now)


def _scopes(
    promised: Sequence[Promise], since: Mapping[UUID, datetime | None], now: datetime
) -> list[Scope]:
    known_from = promises.known_from({promise.service_id for promise in promised})
    scopes = (
        scope_of(
            promise,
            since=since[promise.id] or _start_of(promise),
            now=now,
            known_from=known_from.get(promise.service_id),
        )
        for promise in promised
    )
    return [scope for scope in scopes if scope]


def _start_of(promise: Promise) -> datetime:
    return Period.containing(promise.kind, promise.first_on).interval(promise.zone).start


def _hull(scopes: Sequence[Scope]) -> Interval:
    spans = [scope.span for scope in scopes]
    return Interval(min(span.start for span in spans), max(span.end for span in spans))


def _stored_days(scopes: Sequence[Scope]) -> dict[UUID, dict[date, Facts]]:
    rows = DayFact.objects.filter(
        commitment__in=[scope.promise.id for scope in scopes],
        on__gte=min(scope.first_period.first_on for scope in scopes),
    ).values_list("commitment_id", "on", *FACTS)
    found: dict[UUID, dict[date, Facts]] = defaultdict(dict)
    for commitment_id, on, *facts in rows:
        found[commitment_id][on] = Facts(*facts)
    return found


def _stored_hashes(scopes: Sequence[Scope]) -> dict[tuple[UUID, str, date], str]:
    rows = PeriodResult.objects.filter(
        commitment__in=[scope.promise.id for scope in scopes],
        first_on__gte=min(scope.first_period.first_on for scope in scopes),
    ).values_list("commitment_id", "period_kind", "first_on", "inputs_hash")
    return {(pk, kind, first_on): inputs for pk, kind, first_on, inputs in rows}


def _write_days(
    evaluations: Mapping[UUID, Evaluation], stored: Mapping[UUID, Mapping[date, Facts]]
) -> None:
    changed = [
        DayFact(commitment_id=pk, on=on, **_as_dict(facts))
        for pk, evaluation in evaluations.items()
        for on, facts in evaluation.days.items()
        if stored.get(pk, {}).get(on) != facts
    ]
    DayFact.objects.bulk_create(
        changed,
        batch_size=5000,
        update_conflicts=True,
        unique_fields=["commitment", "on"],
        update_fields=list(FACTS),
    )


def _write_results(
    evaluations: Mapping[UUID, Evaluation],
    stored: Mapping[tuple[UUID, str, date], str],
    now: datetime,
) -> int:
    changed = [
        _result(pk, outcome, now)
        for pk, outcome in _outcomes(evaluations)
        if stored.get((pk, outcome.period.kind.value, outcome.period.first_on))
        != outcome.inputs_hash
    ]
    PeriodResult.objects.bulk_create(
        changed,
        batch_size=2000,
        update_conflicts=True,
        unique_fields=RESULT_KEY,
        update_fields=RESULT_FIELDS,
    )
    return len(changed)


def _outcomes(evaluations: Mapping[UUID, Evaluation]) -> Iterator[tuple[UUID, Outcome]]:
    for pk, evaluation in evaluations.items():
        for outcome in evaluation.outcomes:
            yield pk, outcome


def _result(commitment_id: UUID, outcome: Outcome, now: datetime) -> PeriodResult:
    verdict = outcome.verdict
    low, high = verdict.band or (None, None)
    whole_milli = verdict.base_seconds * 1000
    return PeriodResult(
        commitment_id=commitment_id,
        period_kind=outcome.period.kind.value,
        first_on=outcome.period.first_on,
        **_as_dict(outcome.facts),
        base_seconds=verdict.base_seconds,
        down_milli=verdict.down_milli,
        value_numerator=None if verdict.value is None else whole_milli - verdict.down_milli,
        value_denominator=None if verdict.value is None else whole_milli,
        value_percent=_percent(verdict.value),
        band_low_percent=_percent(low),
        band_high_percent=_percent(high),
        coverage_percent=_percent(verdict.coverage),
        status=verdict.status and verdict.status.value,
        reason=verdict.reason.value if verdict.reason else "",
        # Cut down: what is left is never shown larger than it is.
        budget_milli=int(verdict.budget_milli // 1),
        is_provisional=outcome.is_provisional,
        measured_until=outcome.measured_until,
        computed_at=now,
        inputs_hash=outcome.inputs_hash,
        engine_version=ENGINE_VERSION,
    )


def _percent(share: Fraction | None) -> Any:
    return None if share is None else cut_percent(share)


def _as_dict(facts: Facts) -> dict[str, int]:
    return {name: getattr(facts, name) for name in FACTS}


def _forget_what_ended(promised: Sequence[Promise]) -> None:
    """A version that was ended earlier than it was judged leaves nothing behind its end."""
    days, results = Q(pk__in=[]), Q(pk__in=[])
    for promise in promised:
        if promise.ends_on is not None:
            last = Period.containing(promise.kind, promise.ends_on - DAY)
            days |= Q(commitment=promise.id, on__gte=last.ends_on)
            results |= Q(commitment=promise.id, first_on__gte=last.ends_on)
    if results:
        DayFact.objects.filter(days).delete()
        PeriodResult.objects.filter(results).delete()
