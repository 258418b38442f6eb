"""The one table of addresses."""

from __future__ import annotations

from django.contrib.auth import views as auth
from django.urls import URLPattern, URLResolver, include, path

from assets.urls import urlpatterns as asset_forms
from bsm import api
from bsm.demo import target
from bsm.pages import (
    cis,
    health,
    home,
    outage,
    outages,
    people,
    seeing,
    service,
    styleguide,
    theme,
)
from finance import views as finance

# The list of assets and the page of one span apps; their forms do not.
assets: list[URLPattern | URLResolver] = [
    path("", cis.cis, name="cis"),
    path("<uuid:pk>/", cis.ci, name="ci"),
    *asset_forms,
]

urlpatterns = [
    path("", home.home, name="home"),
    path("services/", include("catalog.urls")),
    path("services/<slug:slug>/", service.service, name="service"),
    path("services/<slug:slug>/promises/", service.promises, name="service-promises"),
    path("services/<slug:slug>/health/", service.health, name="service-health"),
    path("services/<slug:slug>/map/", service.service_map, name="service-map"),
    path("services/<slug:slug>/value/", finance.service_value, name="service-value"),
    path("outages/", outages.outages, name="outages"),
    path("outages/<uuid:pk>/", outage.outage, name="outage"),
    path("sla/", include("sla.urls")),
    path("monitors/", include("monitoring.urls")),
    path("assets/", include((assets, "assets"))),
    path("dependencies/", include("impact.urls")),
    path("people/", people.people, name="people"),
    path("people/check/", people.check_access, name="check-access"),
    path("people/teams/new/", people.team_new, name="team-new"),
    path("people/teams/<uuid:pk>/", people.team, name="team"),
    path("people/roles/<int:pk>/end/", people.role_end, name="role-end"),
    path("people/see-as/stop/", seeing.stop, name="see-as-stop"),
    path("people/<uuid:pk>/", people.person, name="person"),
    path("people/<uuid:pk>/active/", people.activation, name="person-active"),
    path("people/<uuid:pk>/see-as/", seeing.start, name="see-as"),
    path("api/v1/", include(api)),
    path("sign-in/", auth.LoginView.as_view(redirect_authenticated_user=True), name="sign-in"),
    path("sign-out/", auth.LogoutView.as_view(), name="sign-out"),
    path("theme/", theme.theme, name="theme"),
    path("styleguide/", styleguide.styleguide, name="styleguide"),
    path("healthz", health.healthz),
    path("healthz/<str:name>", health.part),
    path("readyz", health.readyz),
    path("demo-target/<int:number>/", target.answer, name="demo-target"),
]

handler404 = "bsm.web.problems.not_found"
handler500 = "bsm.web.problems.server_error"
