"""Asking over HTTP(S): libcurl's multi interface on the event loop.

Every check is a fresh connection. Each socket, also that of each redirect, is opened by the
guard after the name was resolved, so the verdict is on the address that is connected to.
"""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
from collections.abc import Callable
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import pycurl

from monitoring.adapters.guard import Guard
from monitoring.domain.target import HttpTarget, literal_address
from monitoring.domain.verdict import (
    Answer,
    follows_redirects,
    is_our_errno,
    judged_http,
    unanswered,
)

MAX_BODY = 1024 * 1024
MAX_REDIRECTS = 5
AGENT = "BSM-portal-monitor"
SCHEMES = pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS
OUR_FAULTS = frozenset(
    {
        pycurl.E_FAILED_INIT,
        pycurl.E_OUT_OF_MEMORY,
        pycurl.E_SSL_CACERT_BADFILE,
        pycurl.E_SSL_ENGINE_INITFAILED,
        pycurl.E_SSL_ENGINE_NOTFOUND,
        pycurl.E_SSL_ENGINE_SETFAILED,
    }
)
Done = Callable[[Answer], None]


class _Check:
    """One request under way."""

    __slots__ = ("body", "done", "keeps", "problem", "refused", "size", "target", "timeout_ms")

    def __init__(self, target: HttpTarget, timeout_ms: int, done: Done) -> None:
        self.target = target
        self.timeout_ms = timeout_ms
        self.done = done
        self.body: list[bytes] = []
        self.keeps = bool(target.body_contains)
        self.size = 0
        self.refused = ""
        self.problem: int | None = None

    def take(self, chunk: bytes) -> int | None:
        """Keep what the verdict needs; stop the transfer at the cap."""
        self.size += len(chunk)
        if self.keeps:
            self.body.append(chunk)
        return None if self.size <= MAX_BODY else 0


class HttpAsker:
    """All HTTP checks of a process, on one event loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop, guard: Guard) -> None:
        self._loop = loop
        self._guard = guard
        self._multi = pycurl.CurlMulti()
        self._multi.setopt(pycurl.M_MAXCONNECTS, 1)
        self._multi.setopt(pycurl.M_SOCKETFUNCTION, self._on_socket)
        self._multi.setopt(pycurl.M_TIMERFUNCTION, self._on_timer)
        self._timer: asyncio.TimerHandle | None = None
        self._running: dict[Any, _Check] = {}
        self._watched: dict[int, int] = {}
        self._spare: list[Any] = []
        self._asking: set[asyncio.Task[None]] = set()

    def start(self, target: HttpTarget, *, timeout_ms: int, done: Done) -> None:
        """Begin a check; `done` is called on the loop with the answer."""
        check = _Check(target, timeout_ms, done)
        try:
            curl = self._spare.pop() if self._spare else _new_handle()
            _aim(curl, check)
            curl.setopt(pycurl.OPENSOCKETFUNCTION, self._opener(check))
        except (pycurl.error, OSError, UnicodeError, ValueError) as error:
            done(unanswered(f"the check could not be set up: {error}", is_ours=True))
            return
        self._running[curl] = check
        self._multi.add_handle(curl)

    async def ask(self, target: HttpTarget, *, timeout_ms: int) -> Answer:
        """The same, to be awaited."""
        answer: asyncio.Future[Answer] = self._loop.create_future()

        def set_answer(found: Answer) -> None:
            if not answer.done():
                answer.set_result(found)

        self.start(target, timeout_ms=timeout_ms, done=set_answer)
        return await answer

    def close(self) -> None:
        """Let go of everything; checks under way get no answer."""
        if self._timer is not None:
            self._timer.cancel()
        for curl in list(self._running):
            self._multi.remove_handle(curl)
        self._running.clear()
        for descriptor in list(self._watched):
            self._on_socket(pycurl.POLL_REMOVE, descriptor, self._multi, None)
        self._multi.close()

    def _opener(self, check: _Check) -> Callable[..., Any]:
        def open_socket(purpose: int, address: Any) -> Any:
            if address.family not in {socket.AF_INET, socket.AF_INET6}:
                check.refused = "only internet addresses are reached"
                return pycurl.SOCKET_BAD
            host, port = _plain(address.addr[0]), address.addr[1]
            reason = self._guard.refusal(host, port)
            if reason:
                check.refused = reason
                return pycurl.SOCKET_BAD
            try:
                return socket.socket(address.family, address.socktype, address.protocol)
            except OSError as error:
                check.problem = error.errno
                return pycurl.SOCKET_BAD

        return open_socket

    def _on_socket(self, event: int, descriptor: int, multi: Any, data: Any) -> None:
        before = self._watched.get(descriptor, 0)
        after = 0 if event == pycurl.POLL_REMOVE else event
        if before & pycurl.POLL_IN and not after & pycurl.POLL_IN:
            self._loop.remove_reader(descriptor)
        if before & pycurl.POLL_OUT and not after & pycurl.POLL_OUT:
            self._loop.remove_writer(descriptor)
        if after & pycurl.POLL_IN and not before & pycurl.POLL_IN:
            self._loop.add_reader(descriptor, self._act, descriptor, pycurl.CSELECT_IN)
        if after & pycurl.POLL_OUT and not before & pycurl.POLL_OUT:
            self._loop.add_writer(descriptor, self._act, descriptor, pycurl.CSELECT_OUT)
        if after:
            self._watched[descriptor] = after
        else:
            self._watched.pop(descriptor, None)

    def _on_timer(self, delay_ms: int) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if delay_ms >= 0:
            self._timer = self._loop.call_later(
                delay_ms / 1000, self._act, pycurl.SOCKET_TIMEOUT, 0
            )

    def _act(self, descriptor: int, ready: int) -> None:
        self._multi.socket_action(descriptor, ready)
        while True:
            waiting, good, bad = self._multi.info_read()
            for curl in good:
                self._finish(curl, pycurl.E_OK, "")
            for curl, code, text in bad:
                self._finish(curl, code, text)
            if not waiting:
                return

    def _finish(self, curl: Any, code: int, text: str) -> None:
        check = self._running.pop(curl)
        answer = _answer(curl, check, code, text)
        self._multi.remove_handle(curl)
        curl.unsetopt(pycurl.OPENSOCKETFUNCTION)
        self._spare.append(curl)
        if code == pycurl.E_COULDNT_RESOLVE_HOST:
            task = self._loop.create_task(self._whose_resolver(answer, check))
            self._asking.add(task)  # the loop itself keeps only a weak hold of it
            task.add_done_callback(self._asking.discard)
            return
        check.done(answer)

    async def _whose_resolver(self, answer: Answer, check: _Check) -> None:
        """No such name is the target's fault; no resolver that answers is ours."""
        host = _host_of(check.target.url)
        try:
            async with asyncio.timeout(2):
                await self._loop.getaddrinfo(host, None)
        except socket.gaierror as error:
            is_ours = error.errno == socket.EAI_AGAIN
        except (TimeoutError, OSError, UnicodeError):
            is_ours = True
        else:
            is_ours = True  # it resolves now: something on our side came and went
        check.done(unanswered(answer.message, is_ours=is_ours))


def _new_handle() -> Any:
    curl = pycurl.Curl()
    settings = (
        (pycurl.NOSIGNAL, 1),
        (pycurl.FRESH_CONNECT, 1),
        (pycurl.FORBID_REUSE, 1),
        (pycurl.PROXY, ""),
        (pycurl.NOPROXY, "*"),
        (pycurl.NETRC, 0),
        (pycurl.PROTOCOLS, SCHEMES),
        (pycurl.REDIR_PROTOCOLS, SCHEMES),
        (pycurl.MAXREDIRS, MAX_REDIRECTS),
        (pycurl.USERAGENT, AGENT),
    )
    for option, value in settings:
        curl.setopt(option, value)
    bundle = _certificates()
    if bundle:
        curl.setopt(pycurl.CAINFO, bundle)
    return curl


def _aim(curl: Any, check: _Check) -> None:
    curl.setopt(pycurl.URL, check.target.url)
    curl.setopt(pycurl.TIMEOUT_MS, check.timeout_ms)
    curl.setopt(pycurl.FOLLOWLOCATION, int(follows_redirects(check.target)))
    curl.setopt(pycurl.WRITEFUNCTION, check.take)


def _answer(curl: Any, check: _Check, code: int, text: str) -> Answer:
    elapsed_us = int(curl.getinfo(pycurl.TOTAL_TIME) * 1_000_000)
    was_cut = code == pycurl.E_WRITE_ERROR and check.size > MAX_BODY
    if code == pycurl.E_OK or was_cut:
        status = curl.getinfo(pycurl.RESPONSE_CODE)
        body = b"".join(check.body)[:MAX_BODY]
        return judged_http(check.target, status=status, body=body, elapsed_us=elapsed_us)
    if check.refused:
        return unanswered(f"refused: {check.refused}", is_ours=True)
    if code == pycurl.E_COULDNT_CONNECT:
        problem = check.problem or curl.getinfo(pycurl.OS_ERRNO)
        reason = os.strerror(problem) if problem else text
        return unanswered(f"not connected: {reason}", is_ours=is_our_errno(problem))
    if code == pycurl.E_OPERATION_TIMEDOUT:
        return _timed_out(curl, check, elapsed_us)
    return unanswered(text[:300] or f"error {code}", is_ours=code in OUR_FAULTS)


def _timed_out(curl: Any, check: _Check, elapsed_us: int) -> Answer:
    reason = f"no answer within {check.timeout_ms} ms"
    is_looking_up = curl.getinfo(pycurl.NAMELOOKUP_TIME) == 0
    if is_looking_up and literal_address(_host_of(check.target.url)) is None:
        return unanswered(f"{reason}: no resolver answered", is_ours=True)
    return unanswered(reason, is_ours=False, elapsed_us=elapsed_us)


def _host_of(url: str) -> str:
    return urlsplit(url).hostname or ""


def _plain(host: bytes | str) -> str:
    return host.decode() if isinstance(host, bytes) else host


@cache
def _certificates() -> str | None:
    """The system's certificate authorities; the library's own build may know of none."""
    paths = ssl.get_default_verify_paths()
    places = (paths.cafile, "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/cert.pem")
    return next((place for place in places if place and os.path.exists(place)), None)
