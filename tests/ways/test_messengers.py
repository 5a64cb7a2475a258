"""Messenger services through Apprise: to a real server on this machine, and never further than the operator
said.
"""

import logging
from datetime import UTC, datetime
from importlib import import_module
from urllib.parse import urlsplit

import pytest

from hub.ways.messenger import SERVICES, Messenger, shown, why_not_allowed, why_unusable
from hub.ways.way import Message
from tests.ways.receivers import web_address

TOKEN = "AbCdEfGhIjKlMnO"
NIGHT = datetime(2026, 11, 24, 1, 10, tzinfo=UTC)


def message(address: str) -> Message:
    return Message(
        "vaka-s-1", "s", "kari", address, True, "HØYT varsel: 3B", "Åpne Vaka.\n", NIGHT, (1,), (1,)
    )


def gotify(url: str) -> tuple[str, frozenset[str]]:
    """An address of a server of one's own, and what the operator says to allow it."""
    server = f"gotify://{urlsplit(url).netloc}"
    return f"{server}/{TOKEN}", frozenset({server})


def test_a_message_reaches_the_service_with_its_words() -> None:
    with web_address() as (receiver, url):
        receiver.statuses = [200]
        address, allowed = gotify(url)
        assert Messenger(allowed).send(message(address)) is None
    ((headers, body),) = receiver.requests
    assert headers["x-gotify-key"] == TOKEN
    assert "HØYT varsel: 3B" in body.decode("unicode-escape").encode("latin-1", "ignore").decode("latin-1")


@pytest.mark.parametrize(
    ("status", "for_good", "of_the_address"),
    [
        (401, True, True),
        (404, True, True),
        (400, True, False),
        (429, False, False),
        (500, False, False),
        (503, False, False),
    ],
)
def test_what_the_service_answers_says_whether_to_try_again_and_whether_the_address_is_refused(
    status: int, for_good: bool, of_the_address: bool
) -> None:
    with web_address() as (receiver, url):
        receiver.statuses = [status]
        address, allowed = gotify(url)
        failed = Messenger(allowed).send(message(address))
    assert failed is not None
    assert (failed.why, failed.for_good) == (f"Gotify answered {status}", for_good)
    assert failed.refused_address == of_the_address


def test_a_service_that_is_away_is_asked_again_and_its_secret_stands_in_no_log(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    with web_address() as (_, url):
        pass
    address, allowed = gotify(url)
    with caplog.at_level(logging.DEBUG):
        failed = Messenger(allowed).send(message(address))
    assert failed is not None
    assert (failed.why, failed.for_good) == ("Gotify could not be reached", False)
    out, err = capfd.readouterr()
    assert TOKEN not in caplog.text + out + err


def test_no_redirect_leads_a_message_into_the_house() -> None:
    with web_address() as (inside, _), web_address() as (receiver, url):
        receiver.statuses = [302]
        address, allowed = gotify(url)
        assert Messenger(allowed).send(message(address)) is not None
    assert inside.requests == []


@pytest.mark.parametrize(
    "address",
    [
        "exec://reboot",
        "file:///etc/passwd",
        "dbus://",
        "syslog://",
        "macosx://",
        "json://127.0.0.1/",
        "apprise://127.0.0.1/token",
        f"pover://{'a' * 30}@{'b' * 30}?template=/etc/passwd",
        f"pover://{'a' * 30}@{'b' * 30}?verify=no",
        f"gotify://127.0.0.1/{TOKEN}?%2BHost=internal",
        f"gotify://127.0.0.1\n/{TOKEN}",
        f"pover://{'a' * 30}@{'b' * 30}\r\n",
        "pover://nonsense",
        "",
        "http://[",
    ],
)
def test_what_is_no_messenger_is_refused_and_nothing_of_it_is_said_again(address: str) -> None:
    why = why_unusable(address)
    assert why is not None
    assert "passwd" not in why
    assert TOKEN not in why


def test_only_what_the_operator_named_is_allowed() -> None:
    own, cloud = f"gotify://10.0.0.7:8080/{TOKEN}", f"pover://{'a' * 30}@{'b' * 30}"
    assert why_not_allowed(own, frozenset({"gotify://10.0.0.7:8080"})) is None
    assert why_not_allowed(own, frozenset({"gotify", "gotify://10.0.0.7"})) is not None
    assert (
        why_not_allowed(f"gotify://user:pass@10.0.0.7:8080/{TOKEN}", frozenset({"gotify://10.0.0.7:8080"}))
        is None
    )
    assert why_not_allowed(cloud, frozenset({"pover"})) is None
    assert why_not_allowed(cloud, frozenset()) is not None
    refused = Messenger(frozenset()).send(message(cloud))
    assert refused is not None
    assert refused.for_good
    assert shown(cloud) == "Pushover"


@pytest.mark.parametrize(
    "address",
    [
        "ntfy://user:pass@10.0.0.1@ntfy.example.org/topic",
        f"gotify://user:pass@10.0.0.1@ntfy.example.org/{TOKEN}",
        "ntfy://10.0.0.1\\@ntfy.example.org/topic",
        "ntfy://10.0.0.1:80\\@ntfy.example.org/topic",
    ],
)
def test_an_address_that_can_be_read_as_another_servers_is_refused(address: str) -> None:
    """To us it is the server that the operator named; Apprise goes to 10.0.0.1."""
    allowed = frozenset({"ntfy://ntfy.example.org", "gotify://ntfy.example.org"})
    assert why_not_allowed(address, allowed) is None
    refused = Messenger(allowed).send(message(address))
    assert refused is not None
    assert refused.for_good


@pytest.mark.parametrize("scheme", SERVICES)
def test_a_service_whose_address_names_a_server_is_known_as_such(scheme: str) -> None:
    """Else an address could lead anywhere."""
    service = SERVICES[scheme]
    module, name = service.plugin
    plugin = getattr(import_module(f"apprise.plugins.{module}"), name)
    schemes = [*_all(plugin.protocol), *_all(plugin.secure_protocol)]
    assert scheme in schemes
    names_a_server = any("{host}" in template for template in plugin.templates)
    assert names_a_server == service.own_server, plugin.templates


def _all(schemes: str | tuple[str, ...] | None) -> tuple[str, ...]:
    return (schemes,) if isinstance(schemes, str) else tuple(schemes or ())
