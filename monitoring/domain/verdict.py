"""From an answer to an outcome: is it good, is it the target's fault, or is it ours?"""

from __future__ import annotations

import errno
from typing import NamedTuple

from monitoring.domain.status import Outcome
from monitoring.domain.target import HttpTarget

# Ours: no way out of here, no more sockets. Anything else that keeps a connection from being
# made is the target's.
OUR_ERRNOS = frozenset(
    {
        errno.EACCES,
        errno.EADDRNOTAVAIL,
        errno.EAFNOSUPPORT,
        errno.EMFILE,
        errno.ENETDOWN,
        errno.ENETUNREACH,
        errno.ENFILE,
        errno.ENOBUFS,
        errno.ENOMEM,
        errno.EPERM,
    }
)
REDIRECTS = frozenset({301, 302, 303, 307, 308})


class Answer(NamedTuple):
    """What one check found, with the time it took and what there is to say about it."""

    outcome: Outcome
    code: int | None = None
    elapsed_us: int | None = None
    message: str = ""


def judged_http(target: HttpTarget, *, status: int, body: bytes, elapsed_us: int) -> Answer:
    """An HTTP answer that came: its status and its text must be those that are expected."""
    fault = _status_fault(target, status) or _body_fault(target, body)
    outcome = Outcome.FAIL if fault else Outcome.OK
    return Answer(outcome, status, elapsed_us, fault or "")


def unanswered(reason: str, *, is_ours: bool, elapsed_us: int | None = None) -> Answer:
    """No answer came."""
    outcome = Outcome.ERROR if is_ours else Outcome.FAIL
    return Answer(outcome, 0, elapsed_us, reason)


def is_our_errno(number: int | None) -> bool:
    return number in OUR_ERRNOS


def follows_redirects(target: HttpTarget) -> bool:
    """A monitor that expects a redirect wants to see it."""
    return target.expected_status not in REDIRECTS


def _status_fault(target: HttpTarget, status: int) -> str | None:
    if target.expected_status is not None and status != target.expected_status:
        return f"answered {status} instead of {target.expected_status}"
    if target.expected_status is None and status >= 400:
        return f"answered {status}"
    return None


def _body_fault(target: HttpTarget, body: bytes) -> str | None:
    if not target.body_contains or target.body_contains.encode() in body:
        return None
    return f"the answer does not contain {target.body_contains[:80]!r}"
