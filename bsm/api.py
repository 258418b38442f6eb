"""The one root of the API: every app's endpoints, by the names of their nouns."""

from __future__ import annotations

from django.urls import include, path
from drf_spectacular.views import SpectacularJSONAPIView
from rest_framework.routers import SimpleRouter

import assets.api
import catalog.api

router = SimpleRouter()
router.register("catalog/services", catalog.api.Services, "api-services")
router.register("catalog/business-units", catalog.api.BusinessUnits, "api-business-units")
router.register("assets/cis", assets.api.CIs, "api-cis")
router.register("assets/relationships", assets.api.Relationships, "api-relationships")

urlpatterns = [
    path("", include(router.urls)),
    path("schema/", SpectacularJSONAPIView.as_view(), name="api-schema"),
]
