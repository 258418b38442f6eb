"""People, teams and their roles, for administrators."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from bsm.web.forms import page_of, show_errors, status_of
from catalog import commands, queries
from catalog.domain.access import Action, roles_for
from catalog.forms import CheckAccessForm, RoleForm, TeamForm
from catalog.models import Role, RoleAssignment, Service, Team, User
from catalog.queries import SignedIn, require

CRUMB = {"label": "People", "url": "/people/"}


@dataclass(frozen=True, slots=True)
class Rule:
    """What somebody may or may not do, and the rule that says so."""

    action: str
    is_allowed: bool
    why: str


def people(request: SignedIn) -> HttpResponse:
    """Who is here, and who may do what where?"""
    require(request.user, Action.MANAGE_PEOPLE)
    context = {"page": page_of(request, queries.people()), "teams": queries.teams()}
    return render(request, "pages/people.html", context)


def person(request: SignedIn, pk: UUID) -> HttpResponse:
    """One person: the roles held, and what to do about them."""
    require(request.user, Action.MANAGE_PEOPLE)
    found = get_object_or_404(queries.people(), pk=pk)
    form = RoleForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _assigned(request, found, form):
        return redirect("person", pk)
    context = {
        "person": found,
        "form": form,
        "held": [held.via for held in queries.held_by(found)],
        "is_self": found.pk == request.user.pk,
        "crumbs": [CRUMB],
    }
    return render(request, "pages/person.html", context, status=status_of(form))


def team(request: SignedIn, pk: UUID) -> HttpResponse:
    """One team: the roles that its members hold through it."""
    require(request.user, Action.MANAGE_PEOPLE)
    found = get_object_or_404(queries.teams(), pk=pk)
    form = RoleForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _assigned(request, found, form):
        return redirect("team", pk)
    context = {"team": found, "form": form, "crumbs": [CRUMB]}
    return render(request, "pages/team.html", context, status=status_of(form))


def team_new(request: SignedIn) -> HttpResponse:
    """Put people together."""
    require(request.user, Action.MANAGE_PEOPLE)
    form = TeamForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = commands.create_team(**form.cleaned_data)
        except ValidationError as error:
            show_errors(form, error)
        else:
            messages.success(request, f"{made.name} added.")
            return redirect("team", made.pk)
    context = {"form": form, "crumbs": [CRUMB]}
    return render(request, "pages/team_form.html", context, status=status_of(form))


@require_POST
def role_end(request: SignedIn, pk: int) -> HttpResponse:
    """Take a role away again."""
    require(request.user, Action.MANAGE_PEOPLE)
    assignment = get_object_or_404(RoleAssignment, pk=pk)
    told, holder = str(assignment), (assignment.user_id, assignment.team_id)
    commands.end_role(assignment)
    messages.success(request, f"Ended: {told}.")
    return redirect("person", holder[0]) if holder[0] else redirect("team", holder[1])


@require_POST
def activation(request: SignedIn, pk: UUID) -> HttpResponse:
    """Put somebody out at once, or let them in again."""
    require(request.user, Action.MANAGE_PEOPLE)
    found = get_object_or_404(User, pk=pk)
    try:
        if request.POST.get("act") == "activate":
            commands.activate_user(found)
            messages.success(request, f"{found.label} may sign in again.")
        else:
            commands.deactivate_user(found, actor=request.user, now=timezone.now())
            messages.success(request, f"{found.label} is out: sessions and tokens have ended.")
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("person", pk)


def check_access(request: SignedIn) -> HttpResponse:
    """May this person do that here, and which rule says so?"""
    require(request.user, Action.MANAGE_PEOPLE)
    form = CheckAccessForm(request.GET or None)
    rules: list[Rule] = []
    if form.is_valid():
        rules = rules_for(form.cleaned_data["person"], form.cleaned_data["service"])
    return render(
        request, "pages/check_access.html", {"form": form, "rules": rules, "crumbs": [CRUMB]}
    )


def rules_for(user: User, service: Service | None) -> list[Rule]:
    """For every action the rule that allows it, or why there is none."""
    rules = [_rule(user, action, service) for action in Action]
    if service is not None:
        shown = queries.why_visible(user, service)
        why = shown.via if shown else _refusal(user, Action.SEE_OFFER)
        rules.insert(0, Rule("see this service", shown is not None, why))
    return rules


def _rule(user: User, action: Action, service: Service | None) -> Rule:
    held = queries.granted_by(user, action, service)
    return Rule(str(action), held is not None, held.via if held else _refusal(user, action))


def _refusal(user: User, action: Action) -> str:
    if not user.is_active:
        return "The account is deactivated."
    roles = roles_for(action)
    own = [held.via for held in queries.held_by(user) if held.role in roles]
    if own:
        return f"Out of scope of: {'; '.join(own)}."
    return f"Only for {', '.join(Role(role).label for role in roles)}; no such role is held."


def _assigned(request: SignedIn, holder: User | Team, form: RoleForm) -> bool:
    try:
        given = commands.assign_role(holder, **form.values)
    except ValidationError as error:
        show_errors(form, error)
        return False
    messages.success(request, f"{given}.")
    return True


def menu(request: HttpRequest) -> dict[str, Any]:
    """For every page: whether the menu leads here. Asked only where the menu is drawn."""
    user = getattr(request, "user", AnonymousUser())
    return {"may_manage_people": lambda: queries.may(user, Action.MANAGE_PEOPLE)}
