"""One check at a time: what is good, whose fault it is, and what is never reached."""

from __future__ import annotations

import asyncio
import socket
import threading

import pytest

from monitoring.adapters import tcp
from monitoring.adapters.guard import Guard
from monitoring.adapters.http import MAX_BODY, HttpAsker
from monitoring.domain.status import Outcome
from monitoring.domain.target import HttpTarget, TcpTarget
from tests.monitoring.engine.target import free_port, listening

LOOPBACK = Guard.of(["127.0.0.0/8", "::1/128"])
STRICT = Guard.of([])


def ask(target, guard=LOOPBACK, timeout_ms=1000):
    async def once():
        asker = HttpAsker(asyncio.get_running_loop(), guard)
        try:
            return await asker.ask(target, timeout_ms=timeout_ms)
        finally:
            asker.close()

    return asyncio.run(once())


def connect(target, guard=LOOPBACK, timeout_ms=1000):
    return asyncio.run(tcp.ask(target, timeout_ms=timeout_ms, guard=guard))


@pytest.fixture
def target():
    with listening() as target:
        yield target


def test_a_good_answer_is_ok_and_has_its_time(target):
    answer = ask(HttpTarget(target.url(), body_contains="all is well"))
    assert (answer.outcome, answer.code, answer.message) == (Outcome.OK, 200, "")
    assert 0 < answer.elapsed_us < 1_000_000


@pytest.mark.parametrize("status", [400, 404, 500, 503])
def test_an_error_status_is_a_failure(target, status):
    target.status = status
    answer = ask(HttpTarget(target.url()))
    assert (answer.outcome, answer.code) == (Outcome.FAIL, status)


def test_the_expected_status_and_text_decide(target):
    target.status = 503
    assert ask(HttpTarget(target.url(), expected_status=503)).outcome is Outcome.OK
    target.status = 200
    answer = ask(HttpTarget(target.url(), body_contains="nothing like it"))
    assert answer.outcome is Outcome.FAIL
    assert "does not contain" in answer.message


def test_a_closed_port_is_the_targets_fault():
    port = free_port()
    answer = ask(HttpTarget(f"http://127.0.0.1:{port}/"))
    assert (answer.outcome, answer.code) == (Outcome.FAIL, 0)
    assert "refused" in answer.message
    assert connect(TcpTarget("127.0.0.1", port)).outcome is Outcome.FAIL


def test_no_answer_in_time_is_the_targets_fault(target):
    answer = ask(HttpTarget(target.url("/slow")), timeout_ms=200)
    assert (answer.outcome, answer.code) == (Outcome.FAIL, 0)
    assert "200 ms" in answer.message


def test_a_redirect_is_followed_unless_it_is_what_is_expected(target):
    target.location = "/there"
    assert ask(HttpTarget(target.url("/redirect"))).outcome is Outcome.OK
    assert target.asked == ["/redirect", "/there"]
    assert ask(HttpTarget(target.url("/redirect"), expected_status=302)).outcome is Outcome.OK
    assert target.asked[2:] == ["/redirect"]


def test_redirects_in_a_circle_end_after_five(target):
    answer = ask(HttpTarget(target.url("/loop")))
    assert answer.outcome is Outcome.FAIL
    assert len(target.asked) == 6


@pytest.mark.parametrize("place", ["file:///etc/passwd", "gopher://127.0.0.1/", "ftp://x/"])
def test_a_redirect_leads_to_no_other_scheme(target, place):
    target.location = place
    assert ask(HttpTarget(target.url("/redirect"))).outcome is Outcome.FAIL


def test_a_body_is_read_up_to_the_cap(target):
    target.body = b"x" * (MAX_BODY + 100_000) + b"the end"
    assert ask(HttpTarget(target.url())).outcome is Outcome.OK
    answer = ask(HttpTarget(target.url(), body_contains="the end"))
    assert answer.outcome is Outcome.FAIL


def test_the_environment_cannot_put_a_proxy_in_between(target, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{free_port()}")
    assert ask(HttpTarget(target.url())).outcome is Outcome.OK


def test_a_port_that_takes_connections_is_ok(target):
    answer = connect(TcpTarget("127.0.0.1", target.port))
    assert answer.outcome is Outcome.OK
    assert answer.elapsed_us > 0


HOSTILE = [
    "127.0.0.1",
    "localhost",
    "0.0.0.0",  # noqa: S104
    "[::1]",
    "[::ffff:127.0.0.1]",
    "[::127.0.0.1]",
    "2130706433",
    "0x7f.1",
    "0x7f000001",
    "0177.0.0.1",
    "127.1",
    "127.0.0.1.",
    "[64:ff9b::7f00:1]",
    "[64:ff9b:1::7f00:1]",
    "[2002:7f00:1::1]",
    "[2001:0:7f00:1::1]",
    "169.254.169.254",
    "100.100.100.200",
    "[fd00:ec2::254]",
    "[fe80::1]",
    "10.0.0.1",
    "100.64.0.1",
    "192.168.0.1",
    "[fc00::1]",
    "224.0.0.1",
    "255.255.255.255",
]


@pytest.mark.parametrize("host", HOSTILE)
def test_nothing_private_is_reached_unless_it_is_listed(target, host):
    answer = ask(HttpTarget(f"http://{host}:{target.port}/"), guard=STRICT)
    assert answer.outcome is Outcome.ERROR, answer
    answer = connect(TcpTarget(host.strip("[]"), target.port), guard=STRICT)
    assert answer.outcome is not Outcome.OK, answer
    assert target.connections == 0


@pytest.mark.parametrize(
    "host",
    [
        "0.0.0.0",  # noqa: S104
        "169.254.169.254",
        "100.100.100.200",
        "[fd00:ec2::254]",
        "[fe80::1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::1]",
        "224.0.0.1",
    ],
)
def test_some_addresses_are_refused_whatever_is_listed(target, host):
    everything = Guard.of(["0.0.0.0/0", "::/0"])
    answer = ask(HttpTarget(f"http://{host}:{target.port}/"), guard=everything)
    assert answer.outcome is Outcome.ERROR, answer
    assert "refused" in answer.message
    assert target.connections == 0


@pytest.mark.parametrize("host", ["127.0.0.2", "localhost", "[::ffff:127.0.0.2]", "2130706434"])
def test_each_hop_of_a_redirect_is_judged(target, host):
    only_one = Guard.of(["127.0.0.1/32"])
    with listening("127.0.0.2") as secret:
        target.location = f"http://{host}:{secret.port}/secret"
        if host == "localhost":
            target.location = f"http://169.254.169.254:{secret.port}/"
        answer = ask(HttpTarget(target.url("/redirect")), guard=only_one)
        assert answer.outcome is Outcome.ERROR
        assert "refused" in answer.message
        assert target.connections == 1
        assert secret.connections == 0


def test_a_name_that_resolves_to_a_refused_address_is_refused(target, monkeypatch):
    def rebind(host, port, *args, **kwargs):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(socket, "getaddrinfo", rebind)
    answer = connect(TcpTarget("innocent.example", target.port), guard=STRICT)
    assert answer.outcome is Outcome.ERROR
    assert target.connections == 0


def test_the_doors_of_the_portal_itself_stay_closed(target):
    own = Guard.of(["127.0.0.0/8"], own=[("127.0.0.1", target.port)])
    assert ask(HttpTarget(target.url()), guard=own).outcome is Outcome.ERROR
    assert connect(TcpTarget("127.0.0.1", target.port), guard=own).outcome is Outcome.ERROR
    assert target.connections == 0


def test_no_socket_left_is_our_fault(target, monkeypatch):
    import errno  # noqa: PLC0415

    def exhausted(*args, **kwargs):
        raise OSError(errno.EMFILE, "Too many open files")

    async def once():
        asker = HttpAsker(asyncio.get_running_loop(), LOOPBACK)
        monkeypatch.setattr("monitoring.adapters.http.socket.socket", exhausted)
        try:
            return await asker.ask(HttpTarget(target.url()), timeout_ms=500)
        finally:
            monkeypatch.undo()
            asker.close()

    answer = asyncio.run(once())
    assert answer.outcome is Outcome.ERROR


def test_many_checks_run_side_by_side(target):
    async def many():
        asker = HttpAsker(asyncio.get_running_loop(), LOOPBACK)
        asked = [asker.ask(HttpTarget(target.url()), timeout_ms=4000) for _ in range(50)]
        try:
            return await asyncio.gather(*asked)
        finally:
            asker.close()

    assert {answer.outcome for answer in asyncio.run(many())} == {Outcome.OK}
    assert threading.active_count() < 60
