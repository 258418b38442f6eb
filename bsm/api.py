"""The one root of the API: every app's endpoints, by the names of their nouns."""

from __future__ import annotations

from django.urls import include, path
from drf_spectacular.views import SpectacularJSONAPIView
from rest_framework.routers import SimpleRouter

import assets.api
import catalog.api
import finance.api
import impact.api
import monitoring.api
import sla.api
from bsm.web import schema  # noqa: F401 - registers itself

router = SimpleRouter()
router.register("catalog/services", catalog.api.Services, "api-services")
router.register("catalog/business-units", catalog.api.BusinessUnits, "api-business-units")
router.register("assets/cis", assets.api.CIs, "api-cis")
router.register("assets/relationships", assets.api.Relationships, "api-relationships")
router.register("monitoring/monitors", monitoring.api.Monitors, "api-monitors")
router.register("monitoring/incidents", monitoring.api.Incidents, "api-incidents")
router.register("monitoring/imports", monitoring.api.Imports, "api-imports")
router.register("impact/dependencies", impact.api.Dependencies, "api-dependencies")
router.register("impact/outages", impact.api.Outages, "api-outages")
router.register("impact/states", impact.api.States, "api-states")
router.register("finance/downtime-costs", finance.api.DowntimeCosts, "api-downtime-costs")
router.register("finance/business-values", finance.api.BusinessValues, "api-business-values")
router.register("sla/results", sla.api.Results, "api-results")
router.register("sla/agreements", sla.api.Agreements, "api-agreements")
router.register("sla/calendars", sla.api.Calendars, "api-calendars")
router.register("sla/exclusions", sla.api.Exclusions, "api-exclusions")

urlpatterns = [
    path("", include(router.urls)),
    path(
        "sla/simulate",
        sla.api.Simulation.as_view({"post": "create"}),
        name="api-simulate-promise",
    ),
    path("sla/simulate/", sla.api.Simulation.as_view({"post": "create"}, schema=None)),
    path(
        "impact/simulate",
        impact.api.Simulations.as_view({"post": "create"}),
        name="api-simulate",
    ),
    # The same with the slash that all other addresses end in.
    path("impact/simulate/", impact.api.Simulations.as_view({"post": "create"}, schema=None)),
    path(
        "monitoring/simulate",
        monitoring.api.Simulations.as_view({"post": "create"}),
        name="api-simulate-monitor",
    ),
    path(
        "monitoring/simulate/",
        monitoring.api.Simulations.as_view({"post": "create"}, schema=None),
    ),
    path("schema/", SpectacularJSONAPIView.as_view(), name="api-schema"),
]
