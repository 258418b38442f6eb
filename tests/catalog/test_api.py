"""The catalogue for programs."""

from __future__ import annotations

import pytest
from rest_framework.test import APIClient

from bsm.web.tokens import make_token
from catalog.models import LifecycleState, Service
from tests.factories import make_service

pytestmark = pytest.mark.django_db
URL = "/api/v1/catalog/services/"


def pointers(response):
    assert response["Content-Type"] == "application/problem+json"
    return {error["pointer"] for error in response.json()["errors"]}


def test_a_service_is_added_and_read_back(api):
    made = api.post(URL, {"name": "Card payments", "value": "Lets people pay."}, format="json")
    assert made.status_code == 201
    read = api.get(f"{URL}{made.json()['id']}/").json()
    assert (read["slug"], read["state"], read["version"]) == ("card-payments", "proposed", 1)


def test_the_list_is_counted_and_paged(api):
    for n in range(3):
        make_service(f"Service {n}")
    answer = api.get(URL, {"limit": 2, "offset": 2}).json()
    assert answer["count"] == 3
    assert len(answer["results"]) == 1


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"name": ""}, "/name"),
        ({"name": "x" * 121}, "/name"),
        ({"name": "Mail", "colour": "red"}, "/colour"),
        ({"name": "Mail", "criticality": 9}, "/criticality"),
        ({"name": "Mail", "owner": "nobody"}, "/owner"),
        ({"value": "no name"}, "/name"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_kept(api, body, pointer):
    response = api.post(URL, body, format="json")
    assert response.status_code == 400
    assert pointers(response) == {pointer}
    assert not Service.objects.exists()


@pytest.mark.parametrize(
    "query",
    [{"colour": "red"}, {"limit": "501"}, {"limit": "x"}, {"offset": "-1"}, {"state": "x"}],
)
def test_unknown_or_impossible_parameters_are_refused(api, query):
    response = api.get(URL, query)
    assert response.status_code == 400
    assert pointers(response) == {f"/{next(iter(query))}"}


def test_a_change_needs_the_version_it_is_about(api):
    service = make_service("Mail")
    address = f"{URL}{service.pk}/"
    assert api.patch(address, {"value": "Sends."}, format="json").status_code == 400
    assert (
        api.patch(address, {"value": "Sends.", "version": 1}, format="json").status_code == 200
    )
    stale = api.patch(address, {"value": "Lost?", "version": 1}, format="json")
    assert stale.status_code == 400
    service.refresh_from_db()
    assert service.value == "Sends."


def test_a_reader_may_not_write(reader_api):
    assert reader_api.post(URL, {"name": "Mail"}, format="json").status_code == 403
    assert not Service.objects.exists()


def test_what_one_may_not_see_is_not_there(reader_api):
    planned = make_service("Robots", state=LifecycleState.PROPOSED)
    assert reader_api.get(URL).json() == {"count": 0, "results": []}
    assert reader_api.get(f"{URL}{planned.pk}/").status_code == 404


def test_strangers_get_a_problem_and_no_page():
    response = APIClient().get(URL)
    assert response.status_code == 401
    assert response["Content-Type"] == "application/problem+json"


class TestTokens:
    def client(self, token):
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
        return client

    def test_a_token_acts_for_its_user(self, admin):
        client = self.client(make_token(admin, name="test"))
        assert client.post(URL, {"name": "Mail"}, format="json").status_code == 201

    def test_a_token_for_reading_does_not_write(self, admin):
        client = self.client(make_token(admin, name="test", may_write=False))
        assert client.get(URL).status_code == 200
        assert client.post(URL, {"name": "Mail"}, format="json").status_code == 403

    def test_the_secret_is_not_kept(self, admin):
        token = make_token(admin, name="test")
        kept = str(list(admin.api_tokens.values()))
        assert token.partition(".")[2] not in kept

    @pytest.mark.parametrize("token", ["", "bsm_x.y", "nonsense", "bsm_"])
    def test_a_wrong_token_is_refused(self, db, token):
        assert self.client(token).get(URL).status_code == 401

    def test_a_token_of_somebody_who_left_is_refused(self, admin):
        client = self.client(make_token(admin, name="test"))
        admin.is_active = False
        admin.save(update_fields=["is_active"])
        assert client.get(URL).status_code == 401


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        (r'{"name": "Shop", "state": "\ud800"}', "/state"),
        (r'{"name": "Shop", "owner": "\udfff"}', "/owner"),
        (r'{"name": ["fine", "\ud800"]}', "/name/1"),
        (r'{"\ud800": 1}', ""),
        (r'"\ud800"', ""),
    ],
)
def test_half_a_character_is_refused_where_it_stands(api, body, pointer):
    answer = api.post(URL, body, content_type="application/json")

    assert answer.status_code == 400
    assert pointers(answer) == {pointer}
    assert not Service.objects.exists()


@pytest.mark.parametrize(
    "body", ["[" * 100_000 + "]" * 100_000, '{"a":' * 60_000 + "1" + "}" * 60_000]
)
def test_a_body_nested_beyond_measure_is_refused(api, body):
    answer = api.post(URL, body, content_type="application/json")

    assert answer.status_code == 400
    assert "nested" in answer.json()["detail"]


@pytest.mark.parametrize(
    "address", [URL, "/api/v1/assets/cis/", "/api/v1/monitoring/monitors/"]
)
def test_a_nul_in_a_filter_is_refused(api, address):
    answer = api.get(address, {"name": "Shop\0"})

    assert answer.status_code == 400
    assert pointers(answer) == {"/name"}
