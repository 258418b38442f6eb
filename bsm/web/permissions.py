"""What a token may do.

Apart from bsm.web.rest, which needs the framework loaded, while its settings
name the classes here.
"""

from __future__ import annotations

from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class WriteAllowed(BasePermission):
    """Tokens that were narrowed to reading do not write."""

    message = "This token may only read."

    def has_permission(self, request: Request, view: Any) -> bool:
        token = request.auth
        if request.method in SAFE or token is None:
            return True
        return bool(getattr(token, "may_write", False))
