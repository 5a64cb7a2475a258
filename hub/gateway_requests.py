"""Asking gateways of devices to do something: pairing, renaming, removing. From the row that a person's wish
is, to what the gateway said.

Pages and API write the wish; the hub publishes it, once: it is marked as sent before it is, so that a restart
never repeats it, and what could not be sent in its time is dropped. Whoever hears nothing may ask again.
"""

from __future__ import annotations

import secrets
import sqlite3
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from devices.asking import (
    LONGEST_PAIRING,
    WORDINGS,
    Answer,
    Ask,
    Joining,
    Listed,
    PairingState,
    Rename,
    SetOptions,
    StartPairing,
    StopPairing,
    Talk,
    act_of,
    can,
)
from hub.clock import Clock
from hub.mqtt.connection import Receipt
from hub.mqtt.gateway import Gateway
from hub.store import audit, gateway_news
from hub.store import gateway_requests as store
from hub.store.db import transaction
from hub.store.gateway_requests import GatewayRequest, State
from rules.building import Site
from rules.pause import Refusal

ANSWERED_WITHIN = timedelta(seconds=10)
"""[default] Later it is said that there was no answer; one that comes later still counts (a removal may wait
10 s for the device alone).
"""
SENT_WITHIN = timedelta(minutes=1)
"""[default] Nobody expects a rename any more that could not be sent for longer."""
LARGEST_OPTIONS = 4096  # bytes of JSON

Step = Literal["send", "time_up", "answered", "refused"]
STEPS: dict[tuple[State, Step], State] = {
    ("waiting", "send"): "sent",
    ("waiting", "time_up"): "dropped",
    ("sent", "time_up"): "silent",
    ("sent", "answered"): "done",
    ("sent", "refused"): "refused",
    ("silent", "answered"): "done",
    ("silent", "refused"): "refused",
}
"""What is not here changes nothing: an answer that comes twice is no news."""


def ask(
    connection: sqlite3.Connection, site: Site, gateway: str, what: Ask, by: str, clock: Clock
) -> GatewayRequest | Refusal:
    """Write down what a person wants a gateway to do. The hub sends it within a second."""
    refusal = _refused(site, gateway, what)
    if refusal is not None:
        return refusal
    kind = next(g.kind for g in site.gateways if g.id == gateway)
    with transaction(connection):
        now = clock.now()
        good_for = SENT_WITHIN
        if isinstance(what, StartPairing):
            good_for = timedelta(seconds=what.seconds)
        request = store.add(
            connection,
            GatewayRequest(
                id=0,
                site=site.site,
                gateway=gateway,
                kind=kind,
                ask=what,
                transaction=secrets.token_hex(8),
                state="waiting",
                said="",
                asked_by=by,
                asked_at=now,
                good_until=now + good_for,
            ),
        )
        _note(connection, request, now)
        return request


def _refused(site: Site, gateway: str, what: Ask) -> Refusal | None:
    found = next((g for g in site.gateways if g.id == gateway), None)
    if found is None:
        return Refusal(f"{site.site} has no gateway {gateway!r}", "no_gateway")
    if act_of(what) not in can(found.kind):
        return Refusal(
            f"a gateway of the kind {found.kind} can't be asked to {act_of(what)} over MQTT", "not_asked_here"
        )
    if isinstance(what, StartPairing) and not 1 <= what.seconds <= LONGEST_PAIRING:
        return Refusal(
            f"pairing is open for {what.seconds} s; expected 1 to {LONGEST_PAIRING}", "pairing_length"
        )
    if isinstance(what, SetOptions) and len(msgspec.json.encode(what.options)) > LARGEST_OPTIONS:
        return Refusal(f"the options have more than {LARGEST_OPTIONS} bytes", "large_options")
    names = [what.router] if isinstance(what, StartPairing) else [getattr(what, "device", None)]
    if isinstance(what, Rename):
        names.append(what.to)
        if what.device == what.to:
            return Refusal(f"the device is called {what.to!r} already", "called_so")
    return next((r for name in names if name is not None and (r := _bad_name(name)) is not None), None)


def _bad_name(name: str) -> Refusal | None:
    """A gateway's name for a device is part of a topic."""
    if not 0 < len(name) <= 120 or not name.isprintable() or name != name.strip():
        said = f"{name!r} is no name; expected 1 to 120 letters, without spaces at its ends"
        return Refusal(said, "name_length")
    levels = name.split("/")
    if set("+#$") & set(name) or "" in levels or levels[0] == "bridge" or levels[-1] in ("set", "get"):
        return Refusal(
            f"{name!r} is no name; expected no + # $, no / at its ends and none of the words set, get",
            "name_letters",
        )
    return None


class Outgoing:
    """The hub's side: sends what waits, and says what was not answered. For the hub's own thread."""

    def __init__(self, connection: sqlite3.Connection, gateway: Gateway) -> None:
        self._connection, self._gateway = connection, gateway
        self._receipts: dict[int, Receipt] = {}

    def go(self, site: Site, now: datetime) -> list[GatewayRequest]:
        """One round. Returns what was sent in it."""
        sent = []
        for request in store.under_way(self._connection, site.site):
            if request.state == "waiting":
                if now >= request.good_until:
                    self._step(request, "time_up", now, "it could not be sent in time")
                elif self._gateway.connected and self._send(site, request, now):
                    sent.append(request)
            else:
                self._look_for_trouble(request, now)
        return sent

    def _send(self, site: Site, request: GatewayRequest, now: datetime) -> bool:
        topic = next((g.topic for g in site.gateways if g.id == request.gateway), None)
        if topic is None or request.kind not in WORDINGS:
            self._step(request, "time_up", now, "the site has no such gateway any more")
            return False
        what = request.ask
        if isinstance(what, StartPairing):
            left = int((request.good_until - now).total_seconds())
            what = msgspec.structs.replace(what, seconds=max(1, left))
        wanted = WORDINGS[request.kind][0](topic, what, request.transaction)
        self._step(request, "send", now)
        self._receipts[request.id] = self._gateway.publish(wanted.topic, wanted.payload, retain=False)
        return True

    def _look_for_trouble(self, request: GatewayRequest, now: datetime) -> None:
        receipt = self._receipts.get(request.id)
        if receipt is not None and receipt.failure is not None:
            self._step(request, "refused", now, receipt.failure)
        elif request.sent_at is None or now - request.sent_at >= ANSWERED_WITHIN:
            self._step(request, "time_up", now)

    def _step(self, request: GatewayRequest, step: Step, now: datetime, said: str = "") -> None:
        with transaction(self._connection):
            known = store.by_id(self._connection, request.site, request.id)
            if known is not None:
                _put(self._connection, known, step, now, said)
        if step != "send":
            self._receipts.pop(request.id, None)


def heard(connection: sqlite3.Connection, site: str, gateway: str, talk: Talk, at: datetime) -> None:
    """Write down what a gateway said to those who look after it. Within the caller's transaction."""
    if isinstance(talk, Answer):
        request = store.by_transaction(connection, site, talk.transaction)
        if request is not None and request.gateway == gateway:
            _put(connection, request, "answered" if talk.ok else "refused", at, talk.said)
    elif isinstance(talk, Joining):
        gateway_news.add_joining(connection, site, gateway, talk, at)
    elif isinstance(talk, PairingState):
        gateway_news.put_pairing(connection, site, gateway, talk, at)
    elif isinstance(talk, Listed):
        gateway_news.put_names(connection, site, gateway, talk.devices, at)


def _put(
    connection: sqlite3.Connection, request: GatewayRequest, step: Step, at: datetime, said: str
) -> None:
    state = STEPS.get((request.state, step))
    if state is None:
        return
    request = msgspec.structs.replace(request, state=state, said=said)
    if step == "send":
        request = msgspec.structs.replace(request, sent_at=at)
    elif step in ("answered", "refused"):
        request = msgspec.structs.replace(request, answered_at=at)
        _keep_pairing(connection, request, at)
    store.put(connection, request)
    if step != "send":
        _note(connection, request, at)


def _keep_pairing(connection: sqlite3.Connection, request: GatewayRequest, at: datetime) -> None:
    """A gateway that said yes has opened or closed, whether or not it also says so by itself."""
    if request.state != "done":
        return
    if isinstance(request.ask, StartPairing):
        state = PairingState(True, request.good_until)
    elif isinstance(request.ask, StopPairing):
        state = PairingState(False)
    else:
        return
    gateway_news.put_pairing(connection, request.site, request.gateway, state, at)


def _note(connection: sqlite3.Connection, request: GatewayRequest, at: datetime) -> None:
    detail = {
        "request": request.id,
        "gateway": request.gateway,
        "ask": msgspec.to_builtins(request.ask),
        "state": request.state,
        "said": request.said,
    }
    audit.add(connection, request.site, at, request.asked_by, "gateway asked", detail)
