"""Configuration items and how they hang together."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from assets.commands import create_ci, end_relationship, relate, update_ci
from assets.models import CI, Relationship, RelationshipKind
from assets.queries import relationships_of
from tests.factories import at, make_ci

pytestmark = pytest.mark.django_db


def test_a_ci_is_named_once_per_type_and_environment():
    make_ci("web-1", type="server")
    make_ci("web-1", type="container")
    with pytest.raises(ValidationError):
        create_ci(name="web-1", type="server")
    assert CI.objects.count() == 2


def test_two_people_do_not_overwrite_each_other():
    ci = make_ci("web-1")
    update_ci(ci, expected_version=1, name="web-01")
    with pytest.raises(ValidationError, match="in the meantime"):
        update_ci(ci, expected_version=1, name="web-001")
    ci.refresh_from_db()
    assert ci.name == "web-01"


def test_a_relation_holds_once_at_a_time():
    app, server = make_ci("app"), make_ci("server")
    first = relate(app, RelationshipKind.HOSTED_ON, server, since=at("01-01 00:00"))
    with pytest.raises(ValidationError):
        relate(app, RelationshipKind.HOSTED_ON, server, since=at("02-01 00:00"))
    end_relationship(first, at=at("02-01 00:00"))
    relate(app, RelationshipKind.HOSTED_ON, server, since=at("02-01 00:00"))
    assert Relationship.objects.count() == 2
    assert [r.valid.lower for r in relationships_of(app)] == [at("02-01 00:00")]


def test_nothing_is_related_to_itself_whoever_writes():
    ci = make_ci("app")
    with pytest.raises(ValidationError):
        relate(ci, RelationshipKind.USES, ci, since=at("01-01 00:00"))
    with pytest.raises(IntegrityError), transaction.atomic():
        Relationship.objects.create(
            source=ci, target=ci, kind="uses", valid=("2026-01-01", None)
        )


def test_a_relation_does_not_end_before_it_began():
    relation = relate(make_ci(), RelationshipKind.USES, make_ci(), since=at("02-01 00:00"))
    with pytest.raises(ValidationError, match="before it began"):
        end_relationship(relation, at=at("01-01 00:00"))
