"""Where a message that leaves by HTTP is posted to, and the posting. Somebody typed the address, or a browser
gave it: it is looked up once, each of its addresses is judged, and only one that was judged is connected to.
No redirect is followed.

Which addresses those are: hub/inside.py.
"""

from __future__ import annotations

import socket
import ssl
import unicodedata
from collections.abc import Callable
from ipaddress import ip_address
from typing import NamedTuple
from urllib.parse import SplitResult

import urllib3

from hub.inside import Address, Inside, is_public, may_be_posted_to
from hub.ways.way import TIMEOUT

_TRIED = 2
"""Of a name's addresses at most: together they may take `TIMEOUT`."""


class Destination(NamedTuple):
    """`addresses`: where to connect, looked up once and for all; `host`: whom its certificate must name."""

    host: str
    port: int
    target: str
    addresses: tuple[str, ...]


class Answer(NamedTuple):
    status: int
    retry_after: str | None


def why_not_literally(url: SplitResult, inside: Inside) -> str | None:
    """A sentence, where the address as it is written leads into the house. A name is only known once it is
    looked up, when something is sent.
    """
    assert url.hostname is not None
    literal = _written_as(url.hostname)
    if literal is None or may_be_posted_to(url.hostname, port_of(url), literal, inside):
        return None
    return _inside(url.hostname)


def is_named(url: SplitResult, inside: Inside) -> bool:
    """Whether the operator named this server, or the network of the address that is written there."""
    assert url.hostname is not None
    literal, port = _written_as(url.hostname), port_of(url)
    if literal is None or is_public(literal):
        return inside.names(url.hostname, port)
    return may_be_posted_to(url.hostname, port, literal, inside)


def is_of_our_own_network(url: SplitResult) -> bool:
    """Whether it is a name without a dot: nobody out there has one."""
    assert url.hostname is not None
    return _written_as(url.hostname) is None and "." not in url.hostname.removesuffix(".")


def _written_as(host: str) -> Address | None:
    """The address that a host is without being looked up, as whoever connects reads it: also `127.1`,
    `0x7f.1`, `2130706433`, digits of another width, and this machine's own name.
    """
    plain = unicodedata.normalize("NFKC", host).replace("。", ".").lower().removesuffix(".")
    if plain == "localhost" or plain.endswith((".localhost", ".localdomain")):
        return ip_address("127.0.0.1")
    try:
        return ip_address(plain)
    except ValueError:
        pass
    try:
        return ip_address(socket.inet_aton(plain))
    except (OSError, ValueError):  # a name, or one that is no ASCII
        return None


def port_of(url: SplitResult) -> int:
    return url.port or (80 if url.scheme == "http" else 443)


def looked_up(url: SplitResult, allowed: Callable[[Address], bool]) -> Destination | str:
    """Where to connect; else why not, for good. Raises OSError where the name can't be looked up now."""
    assert url.hostname is not None
    port = port_of(url)
    found = [str(entry[4][0]) for entry in socket.getaddrinfo(url.hostname, port, type=socket.SOCK_STREAM)]
    addresses = tuple(a for a in dict.fromkeys(found) if allowed(ip_address(a)))
    if not addresses:
        return _inside(url.hostname)
    target = (url.path or "/") + (f"?{url.query}" if url.query else "")
    return Destination(url.hostname, port, target, addresses)


def _inside(host: str) -> str:
    return f"{host} is inside the house's own network"


def post(to: Destination, tls: ssl.SSLContext | None, headers: dict[str, str], body: bytes) -> Answer:
    """To the first of its addresses that can be connected to. `tls` None: plain HTTP. Raises what
    urllib3 does, and OSError.
    """
    tried = to.addresses[:_TRIED]
    for place, address in enumerate(tried):
        pool = _pool(to, tls, address, urllib3.Timeout(total=TIMEOUT / len(tried)))
        try:
            answer = pool.request(
                "POST", to.target, body=body, headers=headers, redirect=False, preload_content=False
            )
        except (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError):
            if place == len(tried) - 1:
                raise
            continue
        answer.close()  # what it says beyond its status is not read: it may be endless
        pool.close()
        return Answer(answer.status, answer.headers.get("Retry-After"))
    raise AssertionError("a name that was looked up has an address")


def _pool(
    to: Destination, tls: ssl.SSLContext | None, address: str, timeout: urllib3.Timeout
) -> urllib3.HTTPConnectionPool:
    if tls is None:
        return urllib3.HTTPConnectionPool(address, to.port, timeout=timeout, retries=False)
    return urllib3.HTTPSConnectionPool(
        address,
        to.port,
        ssl_context=tls,
        server_hostname=to.host,
        assert_hostname=to.host,
        timeout=timeout,
        retries=False,
    )
