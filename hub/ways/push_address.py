"""Where a message for a phone may be posted to. A browser gave the address, and whoever is signed in may have
made one up: so only https, and never into the house's own network, unless the operator named that server.
"""

from __future__ import annotations

import ssl
from ipaddress import ip_address
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from hub.inside import is_public
from hub.ways.destination import Destination, looked_up, port_of

LONGEST = 2048


class OwnServer(NamedTuple):
    """A push service inside the house: HOST:PORT of its endpoints; `ca`: who signs its certificate (PEM)."""

    host: str
    port: int
    ca: Path | None


def why_unusable(endpoint: str, own: OwnServer | None = None) -> str | None:
    """A sentence, where it can't be an endpoint, by its looks alone."""
    try:
        url = urlsplit(endpoint)
        port = url.port or 443
    except ValueError:
        return f"{endpoint[:80]!r} is no web address"
    if url.scheme != "https" or not url.hostname or url.username or url.password:
        return f"{endpoint[:80]!r} is no push service's address; expected https://…"
    if not endpoint.isascii() or len(endpoint) > LONGEST or any(c <= " " or c == "\x7f" for c in endpoint):
        return f"the address is longer than {LONGEST} characters, or has others than a web address has"
    if _is_own(url.hostname, port, own):
        return None
    if port != 443:
        return f"port {port} is no push service's; expected 443"
    try:
        address = ip_address(url.hostname)
    except ValueError:
        return None
    return None if is_public(address) else f"{url.hostname} is inside the house's own network"


def destination(endpoint: str, own: OwnServer | None) -> Destination | str:
    """Where to connect; else why not, for good. Raises OSError where the name can't be looked up now."""
    why = why_unusable(endpoint, own)
    if why is not None:
        return why
    url = urlsplit(endpoint)
    assert url.hostname is not None
    known = _is_own(url.hostname, port_of(url), own)
    return looked_up(url, lambda address: known or is_public(address))


def trusted(host: str, port: int, own: OwnServer | None) -> ssl.SSLContext:
    """Whose word on certificates counts for this server."""
    ca = own.ca if own is not None and _is_own(host, port, own) else None
    return ssl.create_default_context(cafile=ca)


def _is_own(host: str, port: int, own: OwnServer | None) -> bool:
    return own is not None and (host.lower(), port) == (own.host.lower(), own.port)
