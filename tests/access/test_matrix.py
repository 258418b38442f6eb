"""Every role in every scope at every door: what the matrix says is what happens."""

from __future__ import annotations

import re

import pytest
from django.apps import apps
from django.conf import settings
from django.test import Client
from rest_framework.test import APIClient

from catalog.domain.access import MATRIX, Action, RoleName, Scope
from catalog.models import Role
from finance.models import DowntimeCost
from tests.access.doors import DOORS, ELSEWHERE, EVERYBODY, LISTS, MONEY, PORTAL, THINGS, routes
from tests.access.world import INSIDE, LOSS, OUTSIDE, PEOPLE, a_world, allowed, person, sees
from tests.factories import make_user

pytestmark = pytest.mark.django_db

# As the specification has it, by hand: viewer, business owner, service owner, SLA manager,
# finance, admin; "x" in the scope of the role, "X" with a role for everything alone.
TABLE = """
    SEE_OFFER          x x x x x x
    SEE_PIPELINE       - x x x x x
    EDIT_SERVICE       - - x - - x
    ADD_SERVICE        - - - - - X
    EDIT_MONITORS      - - x - - x
    EDIT_MAP           - - x - - x
    EDIT_ASSETS        - - X - - X
    EDIT_PROMISES      - - - x - -
    EDIT_CALENDARS     - - - X - -
    PROPOSE_EXCLUSION  - - x x - -
    APPROVE_EXCLUSION  - x - x - -
    SEE_COSTS          - x x - x x
    EDIT_COSTS         - - - - x -
    IMPORT_HISTORY     - - - - - X
    MANAGE_PEOPLE      - - - - - X
"""
MARKS = {"x": frozenset(Scope), "X": frozenset({Scope.EVERYTHING}), "-": frozenset()}

# Where the rows of each model can be met; a new model must say so here.
MODELS = {
    "catalog.Service": "api-services-list",
    "catalog.BusinessUnit": "api-business-units-list",
    "catalog.User": "people",
    "catalog.Team": "people",
    "catalog.RoleAssignment": "people",
    "catalog.Impersonation": "nowhere",
    "assets.CI": "api-cis-list",
    "assets.Relationship": "api-relationships-list",
    "monitoring.Monitor": "api-monitors-list",
    "monitoring.MonitorHead": "api-monitors-list",
    "monitoring.CheckResult": "api-monitors-results",
    "monitoring.Evidence": "monitoring:monitor",
    "monitoring.HourlyRollup": "monitoring:monitor",
    "monitoring.StatusInterval": "api-monitors-intervals",
    "monitoring.Incident": "api-incidents-list",
    "monitoring.HistoryImport": "api-imports-list",
    "monitoring.MaintenanceWindow": "nowhere",
    "monitoring.Prober": "nowhere",
    "monitoring.Shard": "nowhere",
    "impact.Dependency": "api-dependencies-list",
    "impact.DependencyGroup": "api-dependencies-list",
    "impact.NodeState": "api-states-list",
    "impact.Outage": "api-outages-list",
    "sla.Agreement": "api-agreements-list",
    "sla.AgreementVersion": "api-agreements-list",
    "sla.Commitment": "api-agreements-list",
    "sla.Calendar": "api-calendars-list",
    "sla.ServiceWindow": "api-calendars-list",
    "sla.Holiday": "api-calendars-list",
    "sla.SpecialOpening": "api-calendars-list",
    "sla.Exclusion": "api-exclusions-list",
    "sla.PeriodResult": "api-results-list",
    "sla.DayFact": "sla:result-csv",
    "finance.BusinessValue": "api-business-values-list",
    "finance.DowntimeCost": "api-downtime-costs-list",
    "bsm.ApiToken": "nowhere",
    "bsm.Beat": "nowhere",
    "bsm.DemoCompany": "nowhere",
    "bsm.Recomputation": "nowhere",
}
PRICED = {"api-downtime-costs-list", "api-business-values-list"}
OURS = {"catalog", "assets", "monitoring", "impact", "sla", "finance", "bsm"}


def named(who):
    return who if isinstance(who, str) else "-".join(who)


@pytest.fixture
def world(db):
    return a_world()


def client_of(user, door):
    if door.route.startswith("api-"):
        client = APIClient()
        client.force_authenticate(user)
        return client
    client = Client()
    client.force_login(user)
    return client


def asked(user, door, side):
    call = getattr(client_of(user, door), door.method)
    options = (
        {}
        if door.method == "get" or not door.route.startswith("api-")
        else {
            "data": {"nonsense": 1},
            "format": "json",
        }
    )
    return call(door.url(side), **options).status_code


def verdict(status):
    """Got in is whatever comes after the guards: an answer, or a complaint about the body."""
    return {403: "refused", 404: "not there"}.get(status, "in" if status < 500 else "broken")


def test_the_matrix_is_the_table_of_the_specification():
    rows = [line.split() for line in TABLE.strip().splitlines()]
    written = {
        Action[name]: {r: MARKS[m] for r, m in zip(RoleName, marks, strict=True) if MARKS[m]}
        for name, *marks in rows
    }
    assert {action: dict(rule) for action, rule in MATRIX.items()} == written


def test_the_documented_matrix_is_the_real_one():
    words = {frozenset(): "–", frozenset(Scope): "in scope", MARKS["X"]: "everywhere"}  # noqa: RUF001
    documented = (settings.BASE_DIR / "docs" / "who-sees-what.md").read_text()
    for action, rule in MATRIX.items():
        cells = [words[rule.get(role, frozenset())] for role in RoleName]
        assert f"| {action} | {' | '.join(cells)} |" in documented


def test_the_roles_of_the_matrix_are_those_that_are_stored():
    assert [str(role) for role in RoleName] == list(Role.values)


def test_every_action_of_the_matrix_guards_a_door():
    reading = {Action.SEE_OFFER, Action.SEE_PIPELINE}
    assert set(Action) - reading == {door.action for door in DOORS if door.action}


def test_every_model_says_where_it_can_be_met():
    models = {model._meta.label for model in apps.get_models() if model._meta.app_label in OURS}
    assert models == set(MODELS)
    known = {name for name, _ in routes()} | {"nowhere"}
    assert set(MODELS.values()) <= known


def test_every_address_is_in_the_matrix():
    listed = {(door.route, door.method) for door in DOORS}
    missing = [
        (name, method)
        for name, method in routes()
        if (name, method) not in listed and name not in EVERYBODY | ELSEWHERE
    ]
    assert missing == []


@pytest.mark.parametrize("who", PEOPLE, ids=named)
def test_what_the_matrix_says_is_what_happens(who, world):
    user = person(who, world)
    wrong = []
    for name, side in world.items():
        for door in [*THINGS, *MONEY]:
            got, want = verdict(asked(user, door, side)), wanted(who, door, name)
            if got != want:
                wrong.append(f"{door} of {name}: {got}, should be {want}")
    for door in PORTAL:
        target = None if door.subject == "portal" else ""
        want = "in" if allowed(who, door.action, target) else "refused"
        got = verdict(asked(user, door, world[INSIDE]))
        if got != want:
            wrong.append(f"{door}: {got}, should be {want}")
    assert wrong == []


def wanted(who, door, name):
    if door in MONEY and not allowed(who, Action.SEE_COSTS, ""):
        return "refused"
    if not sees(who, name):
        return "not there"
    if door.action is None or allowed(who, door.action, name):
        return "in"
    return "not there" if door in MONEY and door.method == "get" else "refused"


@pytest.mark.parametrize("who", PEOPLE, ids=named)
def test_what_is_out_of_scope_is_in_no_list_count_or_total(who, world):
    user = person(who, world)
    wrong = []
    for door in LISTS:
        response = client_of(user, door).get(door.url(world[INSIDE]))
        if response.status_code == 403 and not allowed(who, Action.SEE_COSTS, ""):
            continue
        body = response.content.decode()
        for name, side in world.items():
            if not sees(who, name) and traces(body, name, side):
                wrong.append(f"{door} shows {traces(body, name, side)}")
            if not sees(who, name, idea=True) and f"{name} idea" in body:
                wrong.append(f"{door} shows the {name} idea")
            is_theirs = door.route not in PRICED or allowed(who, Action.SEE_COSTS, name)
            if sees(who, name) and is_theirs != bool(traces(body, name, side)):
                wrong.append(f"{door}: {name} should {'' if is_theirs else 'not '}be there")
        if door.route == "api-services-list":
            shown = sum(sees(who, name, idea=idea) for name in world for idea in (False, True))
            assert response.json()["count"] == shown
    assert wrong == []


def traces(body, name, side):
    """The names and ids by which the things of a side can be told."""
    ids = [
        side.shop.pk,
        *(t.pk for key, t in side.things.items() if key not in {"rack", "result"}),
    ]
    found = [str(id) for id in ids if str(id) in body and len(str(id)) > 8]
    return found + ([name] if name in body else [])


@pytest.mark.parametrize("who", PEOPLE, ids=named)
def test_money_is_shown_for_what_lies_in_scope_and_to_those_who_may(who, world):
    user = person(who, world)
    client, program = Client(), APIClient()
    client.force_login(user)
    program.force_authenticate(user)
    shown = {n for n in world if allowed(who, Action.SEE_COSTS, n)}
    total = sum(LOSS[name] for name in shown)
    home = digits(client.get("/").content.decode())
    assert (f"€{total}<" in home) == bool(total)
    assert ("Value at risk" in home) == allowed(who, Action.SEE_COSTS, "")
    assert not [loss for loss in LOSS.values() if loss != total and f"€{loss}<" in home]
    for name, side in world.items():
        for page in (f"/services/{side.shop.slug}/", f"/outages/{side.things['outage'].pk}/"):
            body = digits(client.get(page).content.decode())
            assert (f"€{LOSS[name]}.00" in body) == (name in shown)
        listed = digits(client.get("/outages/").content.decode())
        lost = DowntimeCost.objects.get(outage=side.things["outage"]).amount
        assert (f"€{lost}" in listed) == (name in shown)
    costs = program.get("/api/v1/finance/downtime-costs/")
    if shown:
        assert costs.json()["count"] == len(shown)


def digits(page):
    return re.sub(r"(?<=\d)[,\u202f\u00a0 ](?=\d{3})", "", page)


def test_the_map_does_not_name_what_is_out_of_scope(world):
    from tests.factories import make_dependency  # noqa: PLC0415

    make_dependency(world[INSIDE].shop, world[OUTSIDE].shop)
    client = Client()
    client.force_login(person((RoleName.SERVICE_OWNER, Scope.UNIT), world))
    page = client.get(f"/services/{world[INSIDE].shop.slug}/map/").content.decode()
    assert INSIDE in page
    assert OUTSIDE not in page


@pytest.mark.parametrize("path", ["monitoring/imports/{id}/", "monitoring/imports/{id}/apply/"])
def test_imports_are_for_administrators(path):
    client = APIClient()
    client.force_authenticate(make_user())
    address = f"/api/v1/{path.format(id='0' * 8 + '-0000-4000-8000-' + '0' * 12)}"
    call = client.post if path.endswith("apply/") else client.get
    assert call(address).status_code == 403
