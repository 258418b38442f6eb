"""How configuration items hang together."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q


class RelationshipKind(models.TextChoices):
    """Read from the source to the target: "app is hosted on server"."""

    HOSTED_ON = "hosted_on", "is hosted on"
    PART_OF = "part_of", "is part of"
    CONNECTS_TO = "connects_to", "connects to"
    USES = "uses", "uses"


class Relationship(models.Model):
    """The source CI stood in this relation to the target CI during `valid`."""

    source = models.ForeignKey(
        "assets.CI", on_delete=models.CASCADE, related_name="relationships"
    )
    target = models.ForeignKey(
        "assets.CI", on_delete=models.CASCADE, related_name="reverse_relationships"
    )
    kind = models.CharField(max_length=12, choices=RelationshipKind)
    valid = DateTimeRangeField(help_text="Half-open; without an end while it lasts.")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(source=F("target")), name="ci_is_not_related_to_itself"
            ),
            models.CheckConstraint(
                condition=Q(valid__isempty=False), name="relationship_lasts_some_time"
            ),
            ExclusionConstraint(
                name="relationship_holds_once_at_a_time",
                expressions=[
                    ("source", RangeOperators.EQUAL),
                    ("target", RangeOperators.EQUAL),
                    ("kind", RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.get_kind_display()} {self.target}"
