"""Who may say what to the broker: an account for each gateway and each device that connects by itself, as
Mosquitto's access control list. Nobody can speak for another's device.

Here: which accounts a site needs and what each may do, as text. Not here: where the files go
(hub/commands/accounts.py), how the broker reads them (deploy/mosquitto/start).
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from rules.building import NATIVE, Gateway, Site

HUB, READER = "hub", "alerts"
"""Accounts of every installation: the hub's own, and one that reads alerts and nothing else (lamps, screens).
"""
PASSWORD_BYTES = 24
_CONNECT_THEMSELVES: Mapping[str, tuple[str, ...]] = {
    NATIVE: ("write vaka/{site}/readings/%u",),
    "shelly": (
        "readwrite {topic}/%u/#",
        "write %u/events/rpc",
        "write %u/status/+",
        "write %u/online",
        "readwrite %u/rpc",
    ),
    "tasmota": ("write {below}tele/%u/#", "write {below}stat/%u/#", "read {below}cmnd/%u/#"),
    "vayyar": ("readwrite {topic}/devices/%u/#",),
}
"""Kinds whose devices sign in one by one, under the address that stands in their topics (`%u`)."""
_NATIVES = _CONNECT_THEMSELVES[NATIVE]
_ALSO: Mapping[str, tuple[str, ...]] = {
    "homeassistant": ("readwrite esphome/#",),
    "shelly": ("write +/events/rpc", "write +/status/+", "write +/online", "readwrite +/rpc"),
    "vayyar": ("readwrite {topic}/devices/#",),
    "tasmota": ("readwrite {below}tele/#", "readwrite {below}stat/#", "readwrite {below}cmnd/#"),
}
"""What a gateway of a kind says besides, or instead of, what lies below its topic."""
_TAKEN = "another account has this name; expected one of its own"
_NOT_IN_A_NAME = ("+", "#", "/", ":")


class Accounts(NamedTuple):
    """`names`: of the accounts that need a password of their own. `without`: addresses that no account can be
    called by, each with why.
    """

    names: tuple[str, ...]
    acl: str
    without: Mapping[str, str]


def accounts_of(site: Site) -> Accounts:
    gateways = {gateway.id: gateway for gateway in site.gateways}
    named = {id: gateway for id, gateway in gateways.items() if id not in (HUB, READER)}
    without = dict.fromkeys(gateways.keys() - named.keys(), _TAKEN)
    devices: list[str] = []
    for address in _that_connect(site, gateways):
        why = _why_no_account(address, gateways)
        if why is not None:
            without[address] = why
        elif address not in devices:
            devices.append(address)
    names = (READER, *named, *devices)
    return Accounts(names, "\n".join(_acl(site, named)) + "\n", without)


def with_passwords(names: tuple[str, ...], known: Mapping[str, str]) -> dict[str, str]:
    """A password for each account: the one that it has, else a new one. Who is gone loses theirs."""
    return {name: known.get(name) or secrets.token_urlsafe(PASSWORD_BYTES) for name in names}


def _that_connect(site: Site, gateways: Mapping[str, Gateway]) -> Iterator[str]:
    """Whose gateway is of a kind that leaves it to them to connect. What is a part of a Shelly
    (`shelly-a8/input:0`) speaks by the one before the slash.
    """
    for device in site.devices:
        gateway = site.gateway_of(device)
        kind = NATIVE if gateway == NATIVE else gateways[gateway].kind
        if kind in _CONNECT_THEMSELVES:
            address = device.address or device.id
            yield address.partition("/")[0] if kind == "shelly" else address


def _why_no_account(address: str, gateways: Mapping[str, Gateway]) -> str | None:
    """Mosquitto replaces `%u` by a name only where it can't be mistaken for several levels of a topic."""
    if address in (HUB, READER) or address in gateways:
        return _TAKEN
    found = [sign for sign in _NOT_IN_A_NAME if sign in address]
    return f"a name of an account holds no {found[0]}; expected an address without it" if found else None


def _acl(site: Site, gateways: Mapping[str, Gateway]) -> Iterator[str]:
    yield f"# Written by `vaka accounts` from the site {site.site}: who may read and write what."
    yield from ("", f"user {HUB}", "topic readwrite #", "topic read $SYS/#")
    yield from (
        "",
        f"user {READER}",
        f"topic read vaka/{site.site}/alerts/#",
        f"topic read vaka/{site.site}/signals/#",
        f"topic read vaka/{site.site}/signs/#",
        f"topic read vaka/{site.site}/pagers/#",
    )
    patterns = list(_patterns(site, gateways))
    yield from _none_of_a_device(READER, patterns)
    for gateway in gateways.values():
        yield from ("", f"user {gateway.id}", *(f"topic {line}" for line in _lines(gateway)))
        yield from _none_of_a_device(gateway.id, [_filled(one, site.site, "") for one in _NATIVES])
    yield from ("", "# Each device that connects by itself: as itself alone.")
    yield from (f"pattern {pattern}" for pattern in patterns)


def _patterns(site: Site, gateways: Mapping[str, Gateway]) -> Iterator[str]:
    for kind in dict.fromkeys([NATIVE, *(gateway.kind for gateway in gateways.values())]):
        for topic in [g.topic for g in gateways.values() if g.kind == kind] or [""]:
            for pattern in _CONNECT_THEMSELVES.get(kind, ()):
                yield _filled(pattern, site.site, topic)


def _none_of_a_device(account: str, patterns: Iterable[str]) -> Iterator[str]:
    """Patterns count for every account: one that is no device's is denied what they give."""
    topics = (pattern.partition(" ")[2].replace("%u", account) for pattern in patterns)
    yield from dict.fromkeys(f"topic deny {topic}" for topic in topics)


def _lines(gateway: Gateway) -> Iterator[str]:
    if gateway.kind not in ("tasmota", "vayyar"):
        yield f"readwrite {gateway.topic}/#"
    for line in _ALSO.get(gateway.kind, ()):
        yield _filled(line, "", gateway.topic)


def _filled(line: str, site: str, topic: str) -> str:
    return line.format(site=site, topic=topic, below=f"{topic}/" if topic else "")
