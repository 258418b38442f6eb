"""Which addresses a monitor may reach, and what a target may look like."""

from __future__ import annotations

import pytest

from monitoring.domain.refusal import networks, refusal
from monitoring.domain.target import faults, literal_address

PUBLIC = ["93.184.216.34", "8.8.8.8", "2606:2800:220:1:248:1893:25c8:1946"]
PRIVATE = [
    "127.0.0.1",
    "127.255.255.254",
    "::1",
    "::ffff:127.0.0.1",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "fc00::1",
    "fd12:3456::1",
    "198.18.0.1",
    "192.0.2.1",
    "2001:db8::1",
]
NEVER = [
    "0.0.0.0",  # noqa: S104
    "169.254.169.254",
    "::ffff:169.254.169.254",
    "100.100.100.200",
    "fe80::1",
    "fe80::1%eth0",
    "fd00:ec2::254",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::7f00:1",
    "2002:7f00:1::1",
    "2001:0:7f00:1::1",
    "::127.0.0.1",
    "::ffff:0:127.0.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "ff02::1",
    "::",
]
EVERYTHING = networks(["0.0.0.0/0", "::/0"])


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_reached(address):
    assert refusal(address) is None


@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses_are_reached_only_when_listed(address):
    assert "BSM_MONITOR_CIDRS" in refusal(address)
    assert refusal(address, allowed=EVERYTHING) is None


@pytest.mark.parametrize("address", NEVER)
def test_some_addresses_are_never_reached(address):
    assert "never" in refusal(address)
    assert "never" in refusal(address, allowed=EVERYTHING)


@pytest.mark.parametrize("text", ["", "localhost", "1.2.3", "1.2.3.4.5", "::g"])
def test_what_is_no_address_is_refused(text):
    assert "not an IP address" in refusal(text)


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("[::1]", "::1"),
        ("2130706433", "127.0.0.1"),
        ("0x7f.1", "127.0.0.1"),
        ("0177.0.0.1", "127.0.0.1"),
        ("example.com", None),
        ("", None),
    ],
)
def test_an_address_is_seen_through_its_disguise(host, address):
    assert literal_address(host) == address


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.com",
        "ftp://example.com/",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "http://",
        "http:///path",
        "http://user:secret@example.com/",
        "http://exa mple.com/",
        "http://example.com/\r\nX: y",
        "http://example.com:99999/",
        "http://[::1",
        "http://127.0.0.1/",
        "http://2130706433/",
        "http://[::ffff:127.0.0.1]/",
        "http://169.254.169.254/latest/",
        "http://example.com\\@127.0.0.1/",
    ],
)
def test_an_address_that_is_refused_is_refused_at_its_field(url):
    assert list(faults("http", {"url": url}, ())) == ["url"]


@pytest.mark.parametrize(
    ("kind", "target", "fields"),
    [
        ("http", {"url": "https://example.com/"}, []),
        ("http", {"url": "https://example.com/", "expected_status": 302}, []),
        ("http", {"url": "https://example.com/", "expected_status": 99}, ["expected_status"]),
        ("http", {"url": "https://example.com/", "expected_status": True}, ["expected_status"]),
        ("http", {"url": "https://example.com/", "body_contains": 5}, ["body_contains"]),
        ("http", {"url": "https://example.com/", "colour": 1}, ["target"]),
        ("http", {}, ["url"]),
        ("tcp", {"host": "example.com", "port": 443}, []),
        ("tcp", {"host": "10.0.0.1", "port": 443}, ["host"]),
        ("tcp", {"host": "example.com", "port": 0}, ["port"]),
        ("tcp", {"host": "a/b", "port": "443"}, ["host", "port"]),
        ("passive", {}, []),
        ("passive", {"url": "http://x/"}, ["target"]),
    ],
)
def test_a_target_is_checked_field_by_field(kind, target, fields):
    assert list(faults(kind, target, ())) == fields
