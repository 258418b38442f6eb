"""What the apps above want to know: how things were, as their monitors saw it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from django.db.models import Q

from bsm.kernel.intervals import Interval, merge
from bsm.kernel.subjects import NodeKind, Subject
from monitoring.domain.signals import merged
from monitoring.domain.status import State
from monitoring.models import MaintenanceWindow, Monitor, StatusInterval
from monitoring.queries.standing import BELIEVED


def subjects_watched() -> list[Subject]:
    """Everything that has a monitor."""
    pairs = Monitor.objects.values_list("service_id", "ci_id").distinct()
    return sorted(Subject.of(service_id=service, ci_id=ci) for service, ci in pairs)


def signals_of(
    subjects: Collection[Subject], within: Interval
) -> dict[Subject, list[tuple[Interval, State]]]:
    """How the subjects were, as their own monitors saw it; the unwatched are left out.

    Of several monitors of a subject the worst counts: down before degraded before unknown
    before up. One good monitor does not hide that another sees nothing. The spans of a
    subject are in order, without gap from the creation of its first monitor on.
    """
    services = [subject.id for subject in subjects if subject.kind is NodeKind.SERVICE]
    cis = [subject.id for subject in subjects if subject.kind is NodeKind.CI]
    rows = (
        StatusInterval.objects.filter(
            BELIEVED,
            Q(monitor__service__in=services) | Q(monitor__ci__in=cis),
            valid__overlap=(within.start, within.end),
        )
        .order_by("monitor", "valid")
        .values_list("monitor_id", "monitor__service_id", "monitor__ci_id", "state", "valid")
    )
    by_monitor: dict[Subject, dict[object, list[tuple[Interval, State]]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for monitor, service, ci, state, valid in rows:
        subject = Subject.of(service_id=service, ci_id=ci)
        span = Interval(valid.lower, valid.upper or within.end).clipped(within)
        by_monitor[subject][monitor].append((span, State(state)))
    return {subject: merged(list(seen.values())) for subject, seen in by_monitor.items()}


def maintenance_of(
    subjects: Collection[Subject], within: Interval
) -> dict[Subject, list[Interval]]:
    """The planned work on the subjects, merged; subjects without any are left out."""
    services = [subject.id for subject in subjects if subject.kind is NodeKind.SERVICE]
    cis = [subject.id for subject in subjects if subject.kind is NodeKind.CI]
    found: dict[Subject, list[Interval]] = defaultdict(list)
    windows = MaintenanceWindow.objects.filter(
        Q(service__in=services) | Q(ci__in=cis), valid__overlap=(within.start, within.end)
    )
    for window in windows:
        subject = Subject.of(service_id=window.service_id, ci_id=window.ci_id)
        span = Interval(window.valid.lower, window.valid.upper)
        found[subject].append(span.clipped(within))
    return {subject: merge(spans) for subject, spans in found.items()}
