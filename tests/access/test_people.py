"""Giving and ending roles, putting people out, and looking with their eyes."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.test import Client
from rest_framework.test import APIClient

from bsm.models import ApiToken
from bsm.web.tokens import make_token
from catalog import commands
from catalog.commands import assign_role, create_business_unit, create_team
from catalog.domain.access import Action
from catalog.models import Impersonation, Role, RoleAssignment, Service, User
from catalog.queries import may, services_for, services_visible_to
from tests.factories import make_service, make_user

pytestmark = pytest.mark.django_db


def fresh(user):
    return User.objects.get(pk=user.pk)


def body(response):
    return response.content.decode()


class TestRoles:
    def test_a_team_gives_its_members_its_roles(self):
        member, other = make_user(), make_user()
        unit = create_business_unit(name="Retail")
        shop = make_service("Shop", business_unit=unit)
        team = create_team(name="Retail owners", members=[member])
        assign_role(team, Role.SERVICE_OWNER, business_unit=unit)
        assert may(member, Action.EDIT_SERVICE, shop)
        assert not may(other, Action.EDIT_SERVICE, shop)

    def test_rights_are_the_union_of_all_roles(self):
        user = make_user()
        shop, mail = make_service("Shop"), make_service("Mail")
        assign_role(user, Role.SLA_MANAGER, service=shop)
        assign_role(user, Role.FINANCE, service=mail)
        assert set(services_visible_to(user)) == {shop, mail}
        assert list(services_for(user, Action.EDIT_PROMISES)) == [shop]
        assert list(services_for(user, Action.EDIT_COSTS)) == [mail]

    def test_whoever_is_accountable_is_service_owner(self):
        user = make_user()
        shop = make_service("Shop", owner=user)
        assert may(user, Action.EDIT_SERVICE, shop)
        assert not may(user, Action.EDIT_SERVICE, make_service("Mail"))

    def test_an_administrator_grants_but_does_not_sign(self):
        boss, shop = make_user(is_superuser=True), make_service("Shop")
        assert may(boss, Action.MANAGE_PEOPLE)
        assert not may(boss, Action.EDIT_PROMISES, shop)
        assert not may(boss, Action.APPROVE_EXCLUSION, shop)

    def test_somebody_deactivated_may_nothing_and_sees_nothing(self):
        user = make_user(is_superuser=True, is_active=False)
        make_service()
        assert not services_visible_to(user).exists()

    def test_a_role_is_held_by_one_and_in_one_scope(self):
        user, unit, shop = make_user(), create_business_unit(name="Retail"), make_service()
        with pytest.raises(ValidationError):
            assign_role(user, Role.VIEWER, business_unit=unit, service=shop)
        with pytest.raises(IntegrityError):
            RoleAssignment.objects.create(role=Role.VIEWER)

    def test_asking_a_hundred_times_costs_as_much_as_once(self, django_assert_num_queries):
        user, shop = make_user(), make_service()
        assign_role(
            user, Role.BUSINESS_OWNER, business_unit=create_business_unit(name="Retail")
        )
        with django_assert_num_queries(2):  # roles, subtree
            for action in list(Action) * 10:
                may(user, action, shop)


class TestPages:
    def test_an_administrator_gives_a_role_and_ends_it(self, admin_client):
        user, unit = make_user("jo"), create_business_unit(name="Retail")
        given = {"role": "finance", "business_unit": unit.pk}
        assert admin_client.post(f"/people/{user.pk}/", given).status_code == 302
        assignment = RoleAssignment.objects.get(user=user)
        assert "Finance for Retail" in body(admin_client.get("/people/"))
        assert admin_client.post(f"/people/roles/{assignment.pk}/end/").status_code == 302
        assert not RoleAssignment.objects.filter(user=user).exists()

    def test_two_scopes_are_refused_at_the_field(self, admin_client):
        user, unit = make_user(), create_business_unit(name="Retail")
        both = {"role": "finance", "business_unit": unit.pk, "service": make_service().pk}
        response = admin_client.post(f"/people/{user.pk}/", both)
        assert response.status_code == 422
        assert "one scope" in body(response)

    def test_a_team_is_made_and_given_a_role(self, admin_client):
        user = make_user()
        made = admin_client.post("/people/teams/new/", {"name": "Desk", "members": [user.pk]})
        assert admin_client.post(made["Location"], {"role": "sla_manager"}).status_code == 302
        assert may(user, Action.EDIT_CALENDARS)

    @pytest.mark.parametrize("act", ["", "active/", "see-as/"])
    def test_others_are_kept_out(self, reader_client, act):
        address = f"/people/{make_user().pk}/{act}"
        assert reader_client.post(address).status_code == 403

    def test_others_end_no_role_and_open_no_team(self, reader_client):
        assignment = assign_role(make_user(), Role.FINANCE)
        assert reader_client.post(f"/people/roles/{assignment.pk}/end/").status_code == 403
        team = create_team(name="Desk")
        assert reader_client.get(f"/people/teams/{team.pk}/").status_code == 403
        assert "/people/" not in body(reader_client.get("/"))

    def test_check_access_names_the_rule(self, admin_client):
        user, shop = make_user(), make_service("Shop")
        assign_role(user, Role.FINANCE, service=shop)
        asked = {"person": user.pk, "service": shop.pk}
        page = body(admin_client.get("/people/check/", asked))
        assert "Finance for Shop" in page
        assert "Only for SLA manager; no such role is held." in page
        other = {"person": user.pk, "service": make_service("Mail").pk}
        assert "Out of scope of: Finance for Shop." in body(
            admin_client.get("/people/check/", other)
        )

    def test_people_cost_the_same_queries_for_one_or_twenty(
        self, admin_client, django_assert_max_num_queries
    ):
        for _ in range(20):
            assign_role(make_user(), Role.VIEWER, service=make_service())
        with django_assert_max_num_queries(8):
            admin_client.get("/people/")


class TestDeactivation:
    def test_sessions_and_tokens_end_at_once_and_stay_ended(self, admin_client):
        user = make_user()
        text = make_token(user, name="script")
        browser, program = Client(), APIClient()
        browser.force_login(user)
        program.credentials(HTTP_AUTHORIZATION=f"Bearer {text}")
        assert (browser.get("/").status_code, program.get(API).status_code) == (200, 200)

        admin_client.post(f"/people/{user.pk}/active/", {"act": "deactivate"})
        assert (browser.get("/").status_code, program.get(API).status_code) == (302, 401)

        admin_client.post(f"/people/{user.pk}/active/", {"act": "activate"})
        assert (browser.get("/").status_code, program.get(API).status_code) == (302, 401)
        assert ApiToken.objects.get().revoked_at

    def test_nobody_puts_themselves_out(self, admin_client, admin):
        admin_client.post(f"/people/{admin.pk}/active/", {"act": "deactivate"})
        assert fresh(admin).is_active


API = "/api/v1/catalog/services/"


class TestSeeingAs:
    @pytest.fixture
    def guest(self):
        make_service("Offered")
        make_service("Planned", state="proposed")
        return make_user("guest")

    def test_pages_and_the_api_are_as_the_other_sees_them(self, admin_client, guest):
        admin_client.post(f"/people/{guest.pk}/see-as/")
        page = body(admin_client.get("/services/"))
        assert "Offered" in page
        assert "Planned" not in page
        assert "You see the portal as guest does" in page
        assert admin_client.get(API).json()["count"] == 1
        assert admin_client.get("/people/").status_code == 403

    def test_every_write_is_refused(self, admin_client, guest):
        owned = make_service("Own", owner=guest)
        admin_client.post(f"/people/{guest.pk}/see-as/")
        edited = {"name": "New", "criticality": 1, "state": "live", "version": 1}
        assert admin_client.post(f"/services/{owned.slug}/edit/", edited).status_code == 403
        assert admin_client.post(API, {"name": "New"}).status_code == 403
        assert not Service.objects.filter(name="New").exists()

    def test_start_and_stop_are_on_record(self, admin_client, admin, guest):
        admin_client.post(f"/people/{guest.pk}/see-as/")
        row = Impersonation.objects.get()
        assert (row.admin, row.seen_as, row.ended_at) == (admin, guest, None)
        admin_client.post("/people/see-as/stop/")
        assert Impersonation.objects.get().ended_at
        assert "Planned" in body(admin_client.get("/services/"))

    def test_signing_out_and_losing_the_role_end_it(self, admin_client, guest):
        admin_client.post(f"/people/{guest.pk}/see-as/")
        admin_client.post("/sign-out/")
        assert Impersonation.objects.get().ended_at
        boss = make_user()
        role = assign_role(boss, Role.ADMIN)
        client = Client()
        client.force_login(boss)
        client.post(f"/people/{guest.pk}/see-as/")
        commands.end_role(role)
        assert "You see the portal as" not in body(client.get("/services/"))
        assert not Impersonation.objects.filter(ended_at=None).exists()

    def test_it_is_for_administrators_and_not_of_oneself(self, admin_client, admin, guest):
        admin_client.post(f"/people/{admin.pk}/see-as/")
        assert not Impersonation.objects.exists()
