"""Who sees which service."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from catalog.commands import assign_role, create_business_unit, move_business_unit
from catalog.domain.access import Action
from catalog.models import LifecycleState, Role
from catalog.queries import ANYWHERE, may, services_visible_to, subtree
from tests.factories import make_service, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def company():
    """Retail with a branch below it, and Legal beside it; a service in each, and plans."""
    retail = create_business_unit(name="Retail")
    branch = create_business_unit(name="Branch", parent=retail)
    legal = create_business_unit(name="Legal")
    make_service("Tills", business_unit=branch)
    make_service("Archive", business_unit=legal)
    make_service("Robots", business_unit=branch, state=LifecycleState.PROPOSED)
    make_service("Secrets", business_unit=legal, state=LifecycleState.PROPOSED)
    return {"retail": retail, "branch": branch, "legal": legal}


def seen(user):
    return set(services_visible_to(user).values_list("name", flat=True))


def test_a_reader_sees_what_is_on_offer(company):
    assert seen(make_user()) == {"Tills", "Archive"}


def test_a_role_in_a_unit_shows_all_that_it_and_those_below_own(company):
    owner = make_user()
    assign_role(owner, Role.BUSINESS_OWNER, business_unit=company["retail"])
    assert seen(owner) == {"Tills", "Robots"}


def test_a_viewer_with_a_unit_sees_the_offer_and_the_unit(company):
    user = make_user()
    assign_role(user, Role.VIEWER)
    assign_role(user, Role.BUSINESS_OWNER, business_unit=company["branch"])
    assert seen(user) == {"Tills", "Archive", "Robots"}


def test_the_owner_of_a_service_sees_it(company):
    owner = make_user()
    make_service("Idea", owner=owner, state=LifecycleState.PROPOSED)
    assert seen(owner) == {"Tills", "Archive", "Idea"}


def test_an_sla_manager_sees_everything(company):
    manager = make_user()
    assign_role(manager, Role.SLA_MANAGER)
    assert len(seen(manager)) == 4
    assert may(manager, Action.EDIT_PROMISES)


def test_a_business_owner_edits_nothing(company):
    owner = make_user()
    assign_role(owner, Role.BUSINESS_OWNER, business_unit=company["retail"])
    assert not may(owner, Action.EDIT_SERVICE, ANYWHERE)
    assert not may(owner, Action.EDIT_PROMISES, ANYWHERE)


def test_a_subtree_is_the_unit_and_all_below(company):
    assert set(subtree([company["retail"].pk])) == {company["retail"].pk, company["branch"].pk}
    assert subtree([]) == []


def test_a_unit_cannot_hang_below_itself(company):
    with pytest.raises(ValidationError, match="lies below"):
        move_business_unit(company["retail"], parent=company["branch"])


def test_asking_costs_the_same_for_one_service_or_many(company, django_assert_num_queries):
    owner = make_user()
    assign_role(owner, Role.BUSINESS_OWNER, business_unit=company["retail"])
    with django_assert_num_queries(3):  # roles, subtree, services
        list(services_visible_to(owner))
