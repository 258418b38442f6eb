"""Errors of the API as problem details (RFC 9457), each with the place it is about."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS
from django.core.exceptions import ValidationError as ModelError
from django.db import IntegrityError, InterfaceError, OperationalError
from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.views import defaults
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler

MEDIA_TYPE = "application/problem+json"
UNIQUE, EXCLUDED = "23505", "23P01"  # violations, as PostgreSQL numbers them


def answer(error: Exception, context: dict[str, Any]) -> Response | None:
    """The problem behind any error the API raises on purpose; None leaves it to be a 500."""
    if isinstance(error, ModelError):
        error = exceptions.ValidationError(_as_detail(error))
    if isinstance(error, OperationalError | InterfaceError):
        error = exceptions.APIException("The database is away. Try again in a few seconds.")
        error.status_code = 503
    if isinstance(error, IntegrityError) and _is_double(error):
        error = exceptions.APIException("Somebody else was faster with the same. Look again.")
        error.status_code = 409
    response = exception_handler(error, context)
    if response is None:
        return None
    request = context.get("request")
    problem: dict[str, Any] = {
        "type": "about:blank",
        "title": response.status_text,
        "status": response.status_code,
        "instance": request.path if request else None,
    }
    if isinstance(error, exceptions.ValidationError):
        problem["detail"] = "The request was not accepted; nothing was changed."
        problem["errors"] = list(_pointers(error.get_full_details(), ""))
    else:
        problem["detail"] = str(getattr(error, "detail", error))
    response.data = problem
    response.content_type = MEDIA_TYPE
    if response.status_code == 503:
        response["Retry-After"] = "10"
    return response


def not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """An address that is not there: a problem for programs, a page for people."""
    if not request.path.startswith("/api/"):
        return defaults.page_not_found(request, exception)
    return _bare(request, 404, "Not Found")


def server_error(request: HttpRequest) -> HttpResponseBase:
    """A fault of ours, told without its insides."""
    if not request.path.startswith("/api/"):
        return defaults.server_error(request)
    return _bare(request, 500, "Internal Server Error")


def _bare(request: HttpRequest, status: int, title: str) -> JsonResponse:
    problem = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "instance": request.path,
    }
    return JsonResponse(problem, status=status, content_type=MEDIA_TYPE)


def _is_double(error: IntegrityError) -> bool:
    """Two at a time wrote what there may be one of; the checks before saw neither."""
    return getattr(error.__cause__, "pgcode", None) in {UNIQUE, EXCLUDED}


def _as_detail(error: ModelError) -> dict[str, list[str]] | list[str]:
    if not hasattr(error, "error_dict"):
        return error.messages
    return {
        ("" if field == NON_FIELD_ERRORS else field): messages
        for field, messages in error.message_dict.items()
    }


def _pointers(details: Any, pointer: str) -> Iterator[dict[str, str]]:
    if isinstance(details, dict) and "message" in details and "code" in details:
        yield {
            "pointer": pointer,
            "code": str(details["code"]),
            "detail": str(details["message"]),
        }
    elif isinstance(details, dict):
        for field, below in details.items():
            step = f"/{field}" if field not in {"", "non_field_errors"} else ""
            yield from _pointers(below, pointer + step)
    else:
        for n, below in enumerate(details):
            nested = isinstance(below, dict) and "message" not in below
            yield from _pointers(below, f"{pointer}/{n}" if nested else pointer)
