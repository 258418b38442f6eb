"""Reading configuration items."""

from __future__ import annotations

from django.db.models import QuerySet

from assets.models import CI, Relationship
from catalog.queries import Person


def cis_visible_to(user: Person) -> QuerySet[CI]:
    """The one door to who sees which CI: whoever signs in sees what things run on."""
    return CI.objects.all() if user.is_authenticated else CI.objects.none()


def relationships_of(ci: CI) -> QuerySet[Relationship]:
    """What the CI stands in relation to now, in both directions, by kind and name."""
    current = Relationship.objects.filter(valid__upper_inf=True)
    return (
        (current.filter(source=ci) | current.filter(target=ci))
        .select_related("source", "target")
        .order_by("kind", "target__name")
    )
