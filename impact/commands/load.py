"""Taking in a whole map at once, and taking it away."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from bsm.kernel.subjects import Subject
from impact.models import Dependency, DependencyGroup
from impact.signals import map_changed


@transaction.atomic
def load_map(groups: Sequence[DependencyGroup], dependencies: Sequence[Dependency]) -> None:
    """Take in a map that is known to have no cycle, of nodes that have no past yet.

    Nothing is announced: the first states that are told of its nodes will be.
    """
    DependencyGroup.objects.bulk_create(groups)
    Dependency.objects.bulk_create(dependencies)


@transaction.atomic
def remove_demo(*, now: datetime) -> dict[str, int]:
    """Take the map of every demo node away. Real nodes that needed one are looked at anew."""
    below = Q(child_service__is_demo=True) | Q(child_ci__is_demo=True)
    above = Q(parent_service__is_demo=True) | Q(parent_ci__is_demo=True)
    hanging = Dependency.objects.filter(below | above | Q(is_demo=True))
    real = hanging.exclude(above).values_list("parent_service_id", "parent_ci_id").distinct()
    orphans = [Subject.of(service_id=service, ci_id=ci) for service, ci in real]
    removed = {"dependencies": hanging.count()}
    hanging.delete()
    DependencyGroup.objects.filter(above).delete()
    for subject in orphans:
        map_changed.send(Dependency, subject=str(subject), since=now)
    return removed
