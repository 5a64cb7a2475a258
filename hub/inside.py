"""Which addresses a message that leaves the house may be posted to, whoever typed them.

Public ones; of the house's own network what the operator named. What is link-local (cloud metadata),
multicast or nowhere never, and this machine itself only by a server's very name and port. Not here: looking
names up, and posting (hub/ways/destination.py).
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network
from typing import NamedTuple

Address = IPv4Address | IPv6Address
_NAT64 = IPv6Network("64:ff9b::/96")
_NOT_OUT_THERE = tuple(
    ip_network(n)
    for n in (
        "192.0.0.0/24",  # the IETF's own assignments (RFC 6890)
        "::/96",  # IPv4-compatible (RFC 4291 2.5.5.1): ::127.0.0.1
        "::ffff:0:0:0/96",  # IPv4-translated (RFC 2765)
        "64:ff9b:1::/48",  # a translator of the house's own (RFC 8215)
        "5f00::/16",  # segment routing within a network (RFC 9602)
        "fec0::/10",  # site-local (RFC 3879)
    )
)
"""What the standard library takes for public, and what may lead into the house all the same."""


class Inside(NamedTuple):
    """What the operator named of the house's own network: servers (port None: whichever), and networks."""

    servers: frozenset[tuple[str, int | None]] = frozenset()
    networks: tuple[IPv4Network | IPv6Network, ...] = ()

    def names(self, host: str, port: int) -> bool:
        return not self.servers.isdisjoint({(host.lower(), port), (host.lower(), None)})


def inside_of(named: str | None) -> Inside:
    """`nurse-call.lan:8080 10.20.0.0/24`. ValueError, with a sentence, where one of them can't be."""
    servers: set[tuple[str, int | None]] = set()
    networks: list[IPv4Network | IPv6Network] = []
    for word in (named or "").lower().split():
        if "/" in word:
            networks.append(_network(word))
        else:
            servers.add(_server(word))
    return Inside(frozenset(servers), tuple(networks))


def _network(word: str) -> IPv4Network | IPv6Network:
    try:
        network = ip_network(word)
    except ValueError:
        raise ValueError(f"{word!r} is no network; expected e.g. 10.20.0.0/24") from None
    for forbidden in _NEVER[network.version]:
        if network.overlaps(forbidden):
            raise ValueError(f"{word} holds {forbidden}, which is this machine or its link; name a server")
    return network


_NEVER: dict[int, tuple[IPv4Network | IPv6Network, ...]] = {
    4: tuple(IPv4Network(n) for n in ("0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4")),
    6: tuple(IPv6Network(n) for n in ("::/127", "fe80::/10", "ff00::/8", "::ffff:0:0/96")),
}


def _server(word: str) -> tuple[str, int | None]:
    host, colon, port = word.rpartition(":")
    if not colon or (word.count(":") > 1 and not word.startswith("[")):
        host, port = word, ""
    host = host.removeprefix("[").removesuffix("]")
    if not host or (port and not (port.isdigit() and 0 < int(port) < 65536)):
        raise ValueError(f"{word!r} is no HOST:PORT; expected e.g. nurse-call.lan:8080")
    return host, int(port) if port else None


def is_public(address: Address) -> bool:
    """Whether it is out on the internet, also where an IPv4 address hides in an IPv6 one."""
    plain = plainly(address)
    if (isinstance(plain, IPv6Address) and plain.teredo) or any(plain in n for n in _NOT_OUT_THERE):
        return False
    return plain.is_global and not plain.is_multicast


def plainly(address: Address) -> Address:
    """The IPv4 address that hides in an IPv6 one, where one does."""
    if not isinstance(address, IPv6Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address


def may_be_posted_to(host: str, port: int, address: Address, inside: Inside) -> bool:
    """Whether this address of that server is one that we connect to."""
    plain = plainly(address)
    if is_public(address):
        return True
    if plain.is_link_local or plain.is_multicast or plain.is_unspecified:
        return False
    if plain.is_loopback:
        return (host.lower(), port) in inside.servers
    within = any(plain in network for network in inside.networks if network.version == plain.version)
    return within or inside.names(host, port)
