"""Writing configuration items and how they hang together."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from assets.models import CI, Relationship, RelationshipKind

CI_FIELDS = frozenset({"name", "type", "environment", "owner"})


@transaction.atomic
def create_ci(*, name: str, is_demo: bool = False, **fields: Any) -> CI:
    """Add a configuration item. Raises ValidationError by field."""
    ci = CI(name=name.strip(), is_demo=is_demo, **_known(fields))
    ci.full_clean()
    ci.save(force_insert=True)
    return ci


@transaction.atomic
def update_ci(ci: CI, *, expected_version: int, **fields: Any) -> CI:
    """Change a configuration item unless somebody else did meanwhile."""
    current = CI.objects.select_for_update().get(pk=ci.pk)
    if current.version != expected_version:
        raise ValidationError(
            "Somebody changed this item in the meantime. Look at it again, then repeat."
        )
    for name, value in _known(fields).items():
        setattr(current, name, value)
    current.version += 1
    current.full_clean()
    current.save()
    return current


@transaction.atomic
def relate(source: CI, kind: RelationshipKind, target: CI, *, since: datetime) -> Relationship:
    """State that the relation holds from `since` on. Raises ValidationError by field."""
    relationship = Relationship(
        source=source, kind=kind, target=target, valid=DateTimeTZRange(since, None, "[)")
    )
    relationship.full_clean()
    relationship.save(force_insert=True)
    return relationship


@transaction.atomic
def end_relationship(relationship: Relationship, *, at: datetime) -> None:
    """The relation no longer holds from `at` on."""
    current = Relationship.objects.select_for_update().get(pk=relationship.pk)
    if current.valid.lower >= at:
        raise ValidationError({"at": "A relation cannot end before it began."})
    current.valid = DateTimeTZRange(current.valid.lower, at, "[)")
    current.save(update_fields=["valid"])


@transaction.atomic
def load_estate(cis: Sequence[CI], relationships: Sequence[Relationship]) -> None:
    """Take in a whole estate that is known to be right."""
    CI.objects.bulk_create(cis)
    Relationship.objects.bulk_create(relationships)


@transaction.atomic
def remove_demo() -> dict[str, int]:
    """Take every demo item away with its relations."""
    demo = CI.objects.filter(is_demo=True)
    removed = {"configuration items": demo.count()}
    demo.delete()
    return removed


def _known(fields: dict[str, Any]) -> dict[str, Any]:
    unknown = fields.keys() - CI_FIELDS
    if unknown:
        raise TypeError(f"a CI has no {', '.join(sorted(unknown))}")
    return fields
