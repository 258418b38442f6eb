"""API tokens: made, shown once, and recognised by a keyed hash.

A token reads `bsm_<prefix>.<secret>`. The secret is random, so one fast keyed hash is
enough; the key is the portal's secret key, so a copy of the table alone opens nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from bsm.models import ApiToken

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser

USE_IS_NOTED_EVERY = timedelta(minutes=1)


def make_token(user: Any, *, name: str, may_write: bool = True) -> str:
    """Store a new token for the user and return its text, which is never shown again."""
    prefix, secret = secrets.token_hex(4), secrets.token_urlsafe(32)
    ApiToken.objects.create(
        user=user, name=name, prefix=prefix, digest=_digest(secret), may_write=may_write
    )
    return f"bsm_{prefix}.{secret}"


def token_of(text: str, *, now: datetime) -> ApiToken | None:
    """The live token with this text, if there is one."""
    prefix, _, secret = text.removeprefix("bsm_").partition(".")
    token = ApiToken.objects.select_related("user").filter(prefix=prefix).first()
    if token is None or not hmac.compare_digest(token.digest, _digest(secret)):
        return None
    is_over = token.revoked_at or (token.expires_at and token.expires_at <= now)
    return None if is_over or not token.user.is_active else token


class BearerToken(BaseAuthentication):
    """`Authorization: Bearer bsm_….…`"""

    def authenticate(self, request: Request) -> tuple[AbstractBaseUser, ApiToken] | None:
        scheme, _, text = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        now = timezone.now()
        token = token_of(text.strip(), now=now)
        if token is None:
            raise AuthenticationFailed("This token is unknown, expired or revoked.")
        if token.last_used_at is None or now - token.last_used_at > USE_IS_NOTED_EVERY:
            ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class BrowserSession(SessionAuthentication):
    """The signed-in browser; writing needs the CSRF token."""

    def authenticate_header(self, request: Request) -> str:
        return "Session"


def _digest(secret: str) -> str:
    return hmac.new(settings.SECRET_KEY.encode(), secret.encode(), hashlib.sha256).hexdigest()
