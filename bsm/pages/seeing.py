"""Seeing the portal as somebody else does: read only, said on every page, put on record."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from bsm.web.permissions import SAFE
from bsm.web.problems import MEDIA_TYPE
from catalog import commands
from catalog.domain.access import Action
from catalog.models import User
from catalog.queries import SignedIn, may, require

KEY = "seeing_as"
REFUSED = "You see the portal as somebody else, so nothing can be changed."


class SeeingAs:
    """Puts the eyes of somebody else in place, as long as an administrator asks for it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: SignedIn) -> HttpResponse:
        wanted = request.session.get(KEY) if request.user.is_authenticated else None
        if wanted is None:
            return self.get_response(request)
        admin = request.user
        seen = User.objects.filter(pk=wanted, is_active=True).first()
        is_over = request.path == reverse("sign-out")
        if is_over or seen is None or not may(admin, Action.MANAGE_PEOPLE):
            _end(request, admin)
            return self.get_response(request)
        if request.path == reverse("see-as-stop"):
            return self.get_response(request)
        if request.method not in SAFE and request.path != reverse("theme"):
            return _refusal(request)
        request.user = seen
        request.seen_by = admin  # type: ignore[attr-defined]
        return self.get_response(request)


@require_POST
def start(request: SignedIn, pk: UUID) -> HttpResponse:
    """From now on see what this person sees."""
    require(request.user, Action.MANAGE_PEOPLE)
    seen = get_object_or_404(User, pk=pk)
    try:
        commands.start_seeing_as(request.user, seen, now=timezone.now())
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("person", pk)
    request.session[KEY] = str(seen.pk)
    return redirect("home")


@require_POST
def stop(request: SignedIn) -> HttpResponse:
    """See with one's own eyes again."""
    if request.session.get(KEY):
        _end(request, request.user)
    return redirect("home")


def _end(request: SignedIn, admin: User) -> None:
    del request.session[KEY]
    commands.stop_seeing_as(admin, now=timezone.now())


def _refusal(request: HttpRequest) -> HttpResponse:
    if not request.path.startswith("/api/"):
        raise PermissionDenied(REFUSED)
    problem = {"type": "about:blank", "title": "Forbidden", "status": 403, "detail": REFUSED}
    return JsonResponse(problem, status=403, content_type=MEDIA_TYPE)
