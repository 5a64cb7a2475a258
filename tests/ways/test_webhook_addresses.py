"""Whoever may write down a webhook does not reach into the house by it, however the address is written."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

import pytest

from hub.inside import Inside, inside_of, may_be_posted_to
from hub.settings import SettingsError, read_settings
from hub.ways.destination import looked_up
from hub.ways.way import Failed, Message
from hub.ways.webhook import Webhook, why_not_allowed, why_not_to_be_noted, why_unusable
from tests.ways.receivers import HERE, web_address
from tests.ways.test_delivery import Clock

NIGHT = datetime(2026, 11, 24, 1, 10, tzinfo=UTC)
NURSE_CALL = inside_of("nurse-call.lan:8080 10.20.0.0/24 fd00:20::/64 [fd00::7]:8443 pager.lan")


def sent(address: str, inside: Inside) -> Failed | None:
    call = Message("vaka-s-7", "s", "kari", address, True, "HØYT varsel: 3B", "", NIGHT, (1,), (7,))
    return Webhook("secret", Clock(), inside).send(call)


@pytest.mark.parametrize(
    ("host", "port", "address", "allowed"),
    [
        ("hooks.example.org", 443, "93.184.216.34", True),
        ("hooks.example.org", 443, "2606:2800:220:1:248:1893:25c8:1946", True),
        ("hooks.example.org", 443, "192.168.1.1", False),  # a public name that leads into the house
        ("10.20.0.9", 80, "10.20.0.9", True),
        ("10.20.1.9", 80, "10.20.1.9", False),
        ("nurse-call.lan", 8080, "192.168.7.7", True),
        ("nurse-call.lan", 22, "192.168.7.7", False),
        ("pager.lan", 9000, "172.16.0.4", True),
        ("fd00::7", 8443, "fd00::7", True),
        ("fd00:20::5", 80, "fd00:20::5", True),
        ("fd00:21::5", 80, "fd00:21::5", False),
        ("x.example.org", 80, "::ffff:10.20.0.9", True),
        ("x.example.org", 80, "::ffff:10.9.0.9", False),
        ("metadata", 80, "169.254.169.254", False),
        ("metadata", 80, "::ffff:169.254.169.254", False),
        ("metadata", 80, "64:ff9b::a9fe:a9fe", False),
        ("metadata", 80, "fe80::1", False),
        ("localhost", 8080, "127.0.0.1", False),
        ("localhost", 8080, "::1", False),
        ("pager.lan", 9000, "127.0.0.1", False),  # this machine needs its port
        ("x.example.org", 80, "0.0.0.0", False),
        ("x.example.org", 80, "::127.0.0.1", False),  # IPv4-compatible
        ("x.example.org", 80, "::ffff:0:10.9.0.9", False),  # IPv4-translated
        ("x.example.org", 80, "64:ff9b:1::a09:9", False),  # a translator of the house's own
        ("x.example.org", 80, "fec0::1", False),  # site-local
        ("x.example.org", 80, "224.0.0.1", False),
    ],
)
def test_what_may_be_posted_to(host: str, port: int, address: str, allowed: bool) -> None:
    assert may_be_posted_to(host, port, ip_address(address), NURSE_CALL) is allowed


def test_nothing_of_the_house_may_be_where_nothing_is_named() -> None:
    for address in (
        "10.0.0.1",
        "192.168.0.1",
        "172.16.0.1",
        "127.0.0.1",
        "169.254.169.254",
        "fd00::1",
        "::1",
    ):
        assert not may_be_posted_to("x", 80, ip_address(address), Inside())


@pytest.mark.parametrize(
    ("named", "why"),
    [
        ("169.254.0.0/16", "169.254.0.0/16 holds 169.254.0.0/16"),
        ("0.0.0.0/0", "holds 0.0.0.0/8"),
        ("127.0.0.0/8", "holds 127.0.0.0/8"),
        ("::/0", "holds ::/127"),
        ("10.20.0.1/24", "is no network"),
        ("nurse-call.lan:http", "is no HOST:PORT"),
        (":8080", "is no HOST:PORT"),
    ],
)
def test_what_is_never_one_is_refused_by_name(named: str, why: str) -> None:
    with pytest.raises(SettingsError, match="VAKA_WEBHOOK_HOSTS: .*" + why):
        read_settings({"VAKA_WEBHOOK_HOSTS": named})


def test_a_name_that_leads_to_this_machine_is_found_out_when_it_is_looked_up() -> None:
    with web_address() as (receiver, url):
        by_name = url.replace("127.0.0.1", "localhost")
        found = looked_up(urlsplit(by_name), lambda address: not address.is_loopback)
        assert found == "localhost is inside the house's own network"
        for address in (url, by_name, url.replace("127.0.0.1", "[::ffff:127.0.0.1]")):
            failed = sent(address, Inside())
            assert failed is not None
            assert failed.for_good
            assert "inside the house" in failed.why
        assert receiver.requests == []
        assert sent(url, HERE) is None
        [(headers, _)] = receiver.requests
        assert headers["host"] == url.split("/")[2]


def test_numbers_that_the_resolver_reads_as_this_machine_lead_nowhere() -> None:
    """`2130706433`, `0x7f.1` and `0177.0.0.1` are 127.0.0.1 to many a resolver."""
    with web_address() as (receiver, url):
        port = int(url.split(":")[2].split("/")[0])
        for written in ("2130706433", "0x7f.1", "0177.0.0.1", "127.1"):
            try:
                socket.getaddrinfo(written, port)
            except OSError:
                continue
            failed = sent(f"http://{written}:{port}/", Inside())
            assert failed is not None
            assert failed.for_good
        assert receiver.requests == []


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "LOCALHOST.",
        "pager.localhost",
        "localhost.localdomain",
        "127.1",
        "127.0.0.1.",
        "2130706433",
        "0x7f.1",
        "017700000001",
        "0",
        "１２７.0.0.1",
        "127。0。0。1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "169.254.169.254",
        "0xA9FEA9FE",
        "[fe80::1%25eth0]",
        "10.1",
        "192.168.1.1",
    ],
)
def test_an_address_in_the_house_is_refused_as_it_is_given_however_it_is_written(host: str) -> None:
    why = why_not_allowed(f"https://{host}/x", Inside())
    assert why is not None
    assert why.endswith("is inside the house's own network, and VAKA_WEBHOOK_HOSTS does not name it")


def test_a_name_out_there_is_taken_and_this_machine_where_the_operator_named_it() -> None:
    for host in (
        "pager.example.org",
        "åpen.example.org",
        "localhost.example.org",
        "8.8.8.8",
        "127.1.example",
    ):
        assert why_not_allowed(f"https://{host}/x", Inside()) is None, host
    assert why_not_allowed("http://localhost:8080/x", inside_of("localhost:8080")) is None
    assert why_not_allowed("http://localhost:8081/x", inside_of("localhost:8080")) is not None


@pytest.mark.parametrize(
    "address",
    [
        "http://example.org/",
        "http://8.8.8.8/x",
        "https://hub/",
        "https://hub./",
        "https://ip6-localhost/",
        "https://127.0.0.1%00.example.org/",
        "https://127.0.0.1%2e/",
        "https://192.0.0.192/",
        "https://[64:ff9b::c000:c0]/",
        "https://[5f00::1]/",
        "https://100.64.0.1/",
        "http://nurse-call.lan:8081/",
    ],
)
def test_what_is_unencrypted_or_no_public_address_is_not_noted_down(address: str) -> None:
    inside = inside_of("nurse-call.lan:8080 10.20.0.0/24")
    assert (why_unusable(address) or why_not_to_be_noted(address, inside)) is not None


@pytest.mark.parametrize(
    "address",
    [
        "https://example.org/vaka",
        "https://8.8.8.8/x",
        "https://[2606:4700::1111]/x",
        "http://nurse-call.lan:8080/",
        "http://10.20.0.7/",
        "https://10.20.0.7/",
        "http://pager/",
        "http://localhost:9000/",
    ],
)
def test_what_is_public_and_encrypted_or_named_by_the_operator_is_noted_down(address: str) -> None:
    inside = inside_of("nurse-call.lan:8080 10.20.0.0/24 pager localhost:9000")
    assert (why_unusable(address) or why_not_to_be_noted(address, inside)) is None


@contextmanager
def redirecting(to: str) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(307)
            self.send_header("Location", to)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing is printed."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_no_redirect_is_followed() -> None:
    with web_address() as (receiver, url), redirecting(url) as address:
        assert sent(address, HERE) == Failed("the address answered 307", True)
        assert receiver.requests == []


def test_a_setting_names_what_may_be(tmp_path: Path) -> None:
    settings = read_settings({"VAKA_WEBHOOK_HOSTS": "nurse-call.lan:8080 10.20.0.0/24"})
    assert settings.webhooks_inside.names("Nurse-Call.lan", 8080)
    assert read_settings({}).webhooks_inside == Inside()
