"""Browsers in which somebody has signed in before: guessing that goes on elsewhere never makes them wait
there.

A browser holds a mark for each of its people, made with a key of this house; it opens nothing and names
nobody. Where there is none, guesses count against the address they come from. So whoever guesses at a
carer's password, from the internet or from the next desk behind the same address, slows down themselves and
not her.
"""

from __future__ import annotations

import hmac
import ipaddress
import secrets
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

from fastapi import Request, Response

from dashboards.visit import YEAR_S, set_cookie, settings_of
from hub.key_file import kept_key

COOKIE = "vaka_known"
AT_MOST = 20
"""[default] People of one browser: those of a shared screen. The one who signed in longest ago goes first."""
KEY_FILE = "known-browsers.key"
PREFIX_V6 = 64
"""What one customer of a provider has of IPv6: all of it is one address."""
WIDEST_V6 = 48
"""What a provider gives whoever asks for more (RFC 6177): 65,536 of those."""


def where(request: Request, site: str, person: str) -> str:
    """What guesses at this person, made in this browser, count against."""
    address = request.client.host if request.client else ""
    known = mark_of(request, site, person)
    return network_of(address) if known is None else f"browser {known}"


def knows(request: Request, site: str, person: str | None) -> bool:
    return person is not None and mark_of(request, site, person) is not None


def mark_of(request: Request, site: str, person: str) -> str | None:
    """This person's mark in this browser; None where they never signed in here."""
    key = _key(settings_of(request).data)
    for mark in _marks(request):
        name, _, proof = mark.partition(".")
        if hmac.compare_digest(proof.encode(), _proof(key, site, person, name).encode()):
            return name
    return None


def crowd_of(request: Request, site: str, people: Iterable[str]) -> str:
    """Whose share of what may wait (waiting.py) a sign-in begun here takes: of this browser, where it
    knows one of these people; else of the network it comes from. So a guest behind the house's own address
    pushes out nothing of the duty room's.
    """
    known = next((mark for one in people if (mark := mark_of(request, site, one)) is not None), None)
    if known is not None:
        return f"browser {known}"
    return network_of(request.client.host if request.client else "", WIDEST_V6)


def remember(request: Request, response: Response, site: str, person: str) -> None:
    """They have signed in fully, here."""
    known = mark_of(request, site, person)
    name = known or secrets.token_urlsafe(9)
    mark = f"{name}.{_proof(_key(settings_of(request).data), site, person, name)}"
    others = [one for one in _marks(request) if one != mark]
    set_cookie(request, response, COOKIE, "~".join([mark, *others][:AT_MOST]), YEAR_S)


def network_of(address: str, v6: int = PREFIX_V6) -> str:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if found.version == 6:
        return str(found.ipv4_mapped or ipaddress.ip_network((found, v6), strict=False))
    return str(found)


def _marks(request: Request) -> list[str]:
    return [one for one in request.cookies.get(COOKIE, "").split("~")[:AT_MOST] if one]


def _proof(key: bytes, site: str, person: str, name: str) -> str:
    return hmac.new(key, f"{site}\n{person}\n{name}".encode(), sha256).hexdigest()[:32]


def _key(data: Path) -> bytes:
    return kept_key(data / KEY_FILE, lambda: secrets.token_bytes(32))
