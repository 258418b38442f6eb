"""What holds for every address there is."""

from __future__ import annotations

import re
import uuid

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from bsm.web.headers import OPEN

pytestmark = pytest.mark.django_db
SAMPLES = {
    "uuid": str(uuid.UUID(int=7, version=4)),
    "slug": "no-such",
    "int": "1",
    "str": "no-such",
}


def addresses(patterns=None, prefix="/"):
    """Every route of the portal with a made-up value for each of its parameters."""
    for pattern in patterns if patterns is not None else get_resolver().url_patterns:
        text = str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, prefix + text)
        elif isinstance(pattern, URLPattern):
            yield (prefix + filled(pattern)).replace("^", "").replace("$", "")


def filled(pattern):
    text = str(pattern.pattern)
    converters = getattr(pattern.pattern, "converters", {})
    for name, converter in converters.items():
        kind = (
            type(converter).__name__.removesuffix("Converter").lower().replace("string", "str")
        )
        text = text.replace(f"<{kind}:{name}>", SAMPLES.get(kind, "1")).replace(
            f"<{name}>", SAMPLES["str"]
        )
    return re.sub(r"\(\?P<\w+>\[\^/\.\]\+\)", SAMPLES["uuid"], text)


ADDRESSES = sorted(set(addresses()))
PAGES = [address for address in ADDRESSES if not address.startswith(OPEN)]


def test_there_are_pages_to_test():
    assert len(PAGES) > 15


@pytest.mark.parametrize("address", PAGES)
def test_strangers_are_sent_to_sign_in(client, address):
    response = client.get(address)
    if address.startswith("/demo-target/"):
        assert response.status_code in {200, 404, 503}, "monitors do not sign in"
        return
    assert response.status_code == 302
    assert response["Location"].startswith("/sign-in/?next=")


@pytest.mark.parametrize("address", [a for a in ADDRESSES if a.startswith("/api/")])
def test_the_api_wants_a_token(client, address):
    response = client.get(address)
    assert response.status_code in {401, 405}
    assert "text/html" not in response["Content-Type"]


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_answer_carries_the_strict_policy(admin_client, address):
    response = admin_client.get(address)
    assert response.status_code < 500
    policy = response["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert response["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize("address", ADDRESSES)
def test_signed_in_pages_are_kept_by_nobody(admin_client, address):
    assert admin_client.get(address)["Cache-Control"].count("no-store") == 1


def test_too_many_wrong_passwords_lock_the_door_for_that_name_and_address(admin):
    client = Client()
    for _ in range(9):
        response = client.post("/sign-in/", {"username": "admin", "password": "wrong"})
    assert response.status_code == 429
    right = client.post("/sign-in/", {"username": "admin", "password": "correct horse battery"})
    assert right.status_code == 429
    elsewhere = Client(REMOTE_ADDR="10.0.0.9")
    welcome = elsewhere.post(
        "/sign-in/", {"username": "admin", "password": "correct horse battery"}
    )
    assert welcome.status_code == 302


def test_signing_in_leads_where_one_wanted_to_go_but_not_off_the_portal(admin):
    credentials = {"username": "admin", "password": "correct horse battery"}
    inside = Client().post("/sign-in/?next=/outages/", credentials)
    assert inside["Location"] == "/outages/"
    outside = Client().post("/sign-in/?next=https://evil.example/", credentials)
    assert outside["Location"] == "/"


def test_signing_out_takes_a_click_and_not_a_link(admin_client):
    assert admin_client.get("/sign-out/").status_code == 405
    assert admin_client.post("/sign-out/").status_code == 302
    assert admin_client.get("/").status_code == 302


def test_an_unknown_address_of_the_api_is_a_problem_and_no_page(admin_client):
    response = admin_client.get("/api/v1/no/such/thing/")
    assert response.status_code == 404
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["instance"] == "/api/v1/no/such/thing/"


def test_an_unknown_page_is_a_page(admin_client):
    response = admin_client.get("/no/such/thing/")
    assert response.status_code == 404
    assert "text/html" in response["Content-Type"]
