"""Every address of the portal, and what it takes to get in. A new one must be written here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from catalog.domain.access import Action
from tests.access.world import Side

A = Action


@dataclass(frozen=True)
class Door:
    """An address with a method, and the action that it takes beyond seeing the thing.

    `subject`: "thing" for what belongs to a service, "portal" for the whole, "any" for what
    is open to whoever may do it to anything.
    """

    route: str
    method: str
    action: Action | None
    subject: str
    key: Callable[[Side], Any] | None = None
    query: str = ""
    body: Callable[[Side], dict[str, Any]] | None = None

    def url(self, side: Side) -> str:
        keys = [self.key(side)] if self.key else []
        query = self.query.format(side=side)
        return reverse(self.route, args=keys) + query

    def __str__(self) -> str:
        return f"{self.method} {self.route}"


def of(name: str) -> Callable[[Side], Any]:
    return lambda side: side.things[name].pk  # type: ignore[attr-defined]


def slug(side: Side) -> Any:
    return side.shop.slug


def pk(side: Side) -> Any:
    return side.shop.pk


def _thing(key: Callable[[Side], Any], **routes: Action | None) -> list[Door]:
    return [
        Door(route.replace("__", ":").replace("_", "-"), "get", action, "thing", key)
        for route, action in routes.items()
    ]


THINGS = [
    *_thing(slug, service=None, service_promises=None, service_health=None, service_map=None),
    *_thing(slug, service_value=A.EDIT_COSTS, catalog__service_edit=A.EDIT_SERVICE),
    *_thing(of("outage"), outage=None, api_outages_detail=None),
    *_thing(of("agreement"), sla__agreement=None, sla__version_new=A.EDIT_PROMISES),
    *_thing(of("agreement"), api_agreements_detail=None),
    *_thing(of("result"), sla__result=None, sla__result_csv=None, api_results_detail=None),
    *_thing(of("monitor"), monitoring__monitor=None, api_monitors_detail=None),
    *_thing(of("monitor"), monitoring__monitor_edit=A.EDIT_MONITORS),
    *_thing(of("monitor"), monitoring__monitor_pause=A.EDIT_MONITORS),
    *_thing(of("monitor"), api_monitors_intervals=None, api_monitors_results=None),
    *_thing(of("incident"), api_incidents_detail=None),
    *_thing(of("dependency"), impact__dependency_delete=A.EDIT_MAP),
    *_thing(of("dependency"), api_dependencies_detail=None),
    *_thing(of("exclusion"), api_exclusions_detail=None),
    *_thing(pk, api_services_detail=None),
    Door(
        "impact:dependency-new",
        "get",
        A.EDIT_MAP,
        "thing",
        query="?parent=service:{side.shop.pk}",
    ),
    Door("api-services-detail", "patch", A.EDIT_SERVICE, "thing", pk),
    Door("api-monitors-detail", "patch", A.EDIT_MONITORS, "thing", of("monitor")),
    Door("api-monitors-results", "post", A.EDIT_MONITORS, "thing", of("monitor")),
    Door("api-agreements-versions", "post", A.EDIT_PROMISES, "thing", of("agreement")),
    Door("api-exclusions-revoke", "post", A.APPROVE_EXCLUSION, "thing", of("exclusion")),
    Door("api-exclusions-approve", "post", A.APPROVE_EXCLUSION, "thing", of("exclusion")),
    Door("api-exclusions-reject", "post", A.APPROVE_EXCLUSION, "thing", of("exclusion")),
    Door("api-dependencies-detail", "delete", A.EDIT_MAP, "thing", of("dependency")),
]
# For those who may see money of anything; of what is not theirs there is none.
MONEY = [
    Door("api-downtime-costs-detail", "get", A.SEE_COSTS, "thing", of("cost")),
    Door("api-business-values-detail", "get", A.SEE_COSTS, "thing", pk),
    Door("api-business-values-detail", "put", A.EDIT_COSTS, "thing", pk),
]
PORTAL = [
    Door(route, "get", action, subject)
    for route, action, subject in [
        ("catalog:service-new", A.ADD_SERVICE, "portal"),
        ("sla:agreement-new", A.EDIT_PROMISES, "any"),
        ("sla:calendar-new", A.EDIT_CALENDARS, "portal"),
        ("monitoring:monitor-new", A.EDIT_MONITORS, "any"),
        ("monitoring:import", A.IMPORT_HISTORY, "portal"),
        ("assets:ci-new", A.EDIT_ASSETS, "portal"),
        ("people", A.MANAGE_PEOPLE, "portal"),
        ("check-access", A.MANAGE_PEOPLE, "portal"),
        ("team-new", A.MANAGE_PEOPLE, "portal"),
        ("api-imports-list", A.IMPORT_HISTORY, "portal"),
        ("api-downtime-costs-list", A.SEE_COSTS, "any"),
        ("api-business-values-list", A.SEE_COSTS, "any"),
    ]
] + [
    Door("assets:ci-edit", "get", A.EDIT_ASSETS, "portal", of("rack")),
    Door("assets:relationship-new", "get", A.EDIT_ASSETS, "portal", of("rack")),
    Door("api-cis-detail", "patch", A.EDIT_ASSETS, "portal", of("rack")),
    *(
        Door(route, "post", action, subject)
        for route, action, subject in [
            ("api-services-list", A.ADD_SERVICE, "portal"),
            ("api-business-units-list", A.ADD_SERVICE, "portal"),
            ("api-cis-list", A.EDIT_ASSETS, "portal"),
            ("api-relationships-list", A.EDIT_ASSETS, "portal"),
            ("api-monitors-list", A.EDIT_MONITORS, "any"),
            ("api-imports-list", A.IMPORT_HISTORY, "portal"),
            ("api-dependencies-list", A.EDIT_MAP, "any"),
            ("api-agreements-list", A.EDIT_PROMISES, "any"),
            ("api-calendars-list", A.EDIT_CALENDARS, "portal"),
            ("api-exclusions-list", A.PROPOSE_EXCLUSION, "any"),
        ]
    ),
]
LISTS = [
    Door(route, "get", None, "list")
    for route in [
        "home",
        "catalog:services",
        "outages",
        "sla:agreements",
        "monitoring:monitors",
        "api-services-list",
        "api-monitors-list",
        "api-incidents-list",
        "api-dependencies-list",
        "api-outages-list",
        "api-states-list",
        "api-results-list",
        "api-agreements-list",
        "api-exclusions-list",
        "api-downtime-costs-list",
        "api-business-values-list",
    ]
] + [Door("assets:ci", "get", None, "list", of("rack"))]
DOORS = [*THINGS, *MONEY, *PORTAL, *LISTS]

# For whoever signs in, with nothing of any service in them; or guarded as the form they follow.
EVERYBODY = {
    "assets:cis",
    "sla:calendars",
    "api-business-units-list",
    "api-business-units-detail",
    "api-cis-list",
    "api-cis-detail",
    "api-relationships-list",
    "api-relationships-detail",
    "api-calendars-list",
    "api-calendars-detail",
    "api-simulate-promise",
    "sla/simulate/",
    "api-simulate",
    "impact/simulate/",
    "api-simulate-monitor",
    "monitoring/simulate/",
    "api-schema",
    "sign-in",
    "sign-out",
    "theme",
    "styleguide",
    "healthz",
    "healthz/<str:name>",
    "readyz",
    "demo-target",
    "see-as-stop",
}
# Tried one by one in test_people.py and test_matrix.py.
ELSEWHERE = {
    "team",
    "person",
    "role-end",
    "person-active",
    "see-as",
    "assets:relationship-end",
    "monitoring:import-plan",
    "api-imports-detail",
    "api-imports-apply",
}


def routes(patterns: Any = None, namespace: str = "") -> Iterator[tuple[str, str]]:
    """Every address of the portal with each method that a program may use."""
    for pattern in patterns if patterns is not None else get_resolver().url_patterns:
        if isinstance(pattern, URLResolver):
            below = f"{pattern.namespace}:" if pattern.namespace else ""
            yield from routes(pattern.url_patterns, namespace + below)
        elif isinstance(pattern, URLPattern):
            name = namespace + (pattern.name or str(pattern.pattern))
            methods = set(getattr(pattern.callback, "actions", None) or ["get"])
            for method in sorted(methods - {"head"}):  # added to those that were asked once
                yield name, method
