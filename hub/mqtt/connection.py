"""One connection to the broker, from CONNECT to its end: how its client is set up and what was sent on it.

A connection is never used again: the next one is another object with another number and another client, so
nothing that was meant for the old one can reach the new one.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from threading import Event, Lock, Timer

import msgspec
from paho.mqtt import client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from hub.mqtt.broker import BrokerAccess
from hub.mqtt.property_block import without_properties

_ENDED = "the connection ended before the broker confirmed"


class SessionTerms(msgspec.Struct, frozen=True, kw_only=True):
    """What is agreed with the broker, and how patient we are. Seconds, except where said."""

    session_expiry: int = 7 * 24 * 3600
    receive_maximum: int = 4096
    """Messages that may be on the way unacknowledged (MQTT 5): the largest batch."""
    keepalive: int = 15
    retry_first: float = 0.5
    retry_longest: float = 10.0
    marker_cap: float = 120.0
    """Silence for so long without our marker: the backlog is taken to be drained, and that is said."""
    marker_longest: float = 600.0
    """The same without any silence: our marker will not come, deadlines can't wait for it for ever."""
    marker_delay_v311: float = 1.5
    """nats-server sends the unacknowledged again by a timer (hub/mqtt/embedded_broker.py sets it to 1 s), not
    when we connect: the marker must come behind that.
    """


class Receipt:
    """What became of one publication. `failure` is a sentence, or None."""

    def __init__(self, topic: str) -> None:
        self.topic = topic
        self._settled = Event()
        self.failure: str | None = None

    @property
    def done(self) -> bool:
        """The broker has confirmed it."""
        return self._settled.is_set() and self.failure is None

    def wait(self, timeout: float) -> bool:
        """Wait `timeout` seconds for the confirmation. False: `failure` says why, or it is still open."""
        self._settled.wait(timeout)
        return self.done

    def settle(self, failure: str | None = None) -> None:
        self.failure = failure
        self._settled.set()


class PlainClient(mqtt.Client):
    """paho as it is, for a session that stays and for acknowledging by hand.

    Only the properties of a PUBLISH are kept from it: paho ends the connection at some texts in them, and
    takes minutes for very many. This needs two names of paho's inside. Where they are not there, a message
    with such properties can still stop this client; the fast one does not depend on it.
    """

    def __init__(self, client_id: str, protocol: MQTTProtocolVersion) -> None:
        super().__init__(
            CallbackAPIVersion.VERSION2,
            client_id=client_id,
            clean_session=None if protocol == MQTTProtocolVersion.MQTTv5 else False,
            protocol=protocol,
            reconnect_on_failure=False,
            manual_ack=True,
        )

    def acknowledge(self, mids: Sequence[int]) -> None:
        """Messages of QoS 1, in this order."""
        for mid in mids:
            self.ack(mid, 1)

    def _handle_publish(self) -> MQTTErrorCode:
        if self.protocol == MQTTProtocolVersion.MQTTv5:
            with suppress(
                AttributeError, LookupError
            ):  # where paho's inside is different it stays as it came
                packet = self._in_packet
                packet["packet"] = without_properties(packet["command"], packet["packet"])
        return super()._handle_publish()


class Connection:
    """`client` is paho's, its callbacks are the gateway's. The flags belong to the gateway's thread."""

    def __init__(self, number: int, client: PlainClient) -> None:
        self.number = number
        self.client = client
        self.nonce = secrets.token_hex(8)
        self.reason = ""
        self.was_up = False
        self.version_refused = False
        self.drained = False
        self.marker_asked: datetime | None = None  # when the first marker was sent
        self.batches = 0
        self.batches_looked_at = 0
        self.over = False
        self._timer: Timer | None = None
        self._lock = Lock()
        self._open_receipts: dict[int, Receipt] = {}
        self._confirmed_early: dict[int, str | None] = {}

    @property
    def is_v5(self) -> bool:
        return self.client.protocol == MQTTProtocolVersion.MQTTv5

    def open(self, access: BrokerAccess, terms: SessionTerms) -> None:
        """Reach the broker and ask for our session. OSError where that fails."""
        if access.username is not None:
            self.client.username_pw_set(access.username, access.password())
        if (context := access.tls_context()) is not None:
            self.client.tls_set_context(context)
        # With this set, other threads only queue: every write to the socket is done by the gateway's thread.
        self.client.on_socket_register_write = _leave_writing_to_the_loop
        if not self.is_v5:
            self.client.connect(access.host, access.port, terms.keepalive)
            return
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        properties.SessionExpiryInterval = terms.session_expiry
        properties.ReceiveMaximum = terms.receive_maximum
        self.client.connect(
            access.host, access.port, terms.keepalive, clean_start=False, properties=properties
        )

    def subscribe(self, topics: Sequence[str]) -> None:
        """At QoS 1. Retained messages come only if the subscription is new (by MQTT 3.1.1: each time)."""
        if self.is_v5:
            options = SubscribeOptions(qos=1, retainHandling=SubscribeOptions.RETAIN_SEND_IF_NEW_SUB)
            self.client.subscribe([(topic, options) for topic in topics])
        else:
            self.client.subscribe([(topic, 1) for topic in topics])

    def acknowledge(self, mids: Sequence[int]) -> None:
        self.client.acknowledge(mids)

    def publish(self, topic: str, payload: bytes | str, retain: bool) -> Receipt:
        # Outside the lock: the client holds a lock of its own while it tells us of a confirmation.
        mid = self.client.publish(topic, payload, qos=1, retain=retain).mid
        receipt = Receipt(topic)
        with self._lock:
            if mid in self._confirmed_early:
                receipt.settle(self._confirmed_early.pop(mid))
            elif self.over:
                receipt.settle(_ENDED)
            else:
                self._open_receipts[mid] = receipt
        return receipt

    def confirmed(self, mid: int, reason: ReasonCode) -> str:
        """The broker has answered the publication with this packet identifier. Its topic; '' where the answer
        came sooner than its receipt.
        """
        failure = f"the broker refused it: {reason}" if reason.is_failure else None
        with self._lock:
            receipt = self._open_receipts.pop(mid, None)
            if receipt is None:
                self._confirmed_early[mid] = failure
        if receipt is None:
            return ""
        receipt.settle(failure)
        return receipt.topic

    def seconds_left(self, now: datetime, longest: float) -> float:
        """Until the marker is given up, `longest` seconds after this was first asked."""
        if self.marker_asked is None:
            self.marker_asked = now
        return max(0.0, longest - (now - self.marker_asked).total_seconds())

    def later(self, seconds: float, act: Callable[[Connection], None]) -> None:
        """In a thread of its own, unless the connection ends first. One such thing at a time: the last."""
        self.stop_waiting()
        if not self.over:
            self._timer = Timer(seconds, act, (self,))
            self._timer.daemon = True
            self._timer.start()

    def stop_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def end(self) -> None:
        """What was not confirmed by now never will be."""
        with self._lock:
            self.over = True
            receipts = list(self._open_receipts.values())
            self._open_receipts.clear()
        for receipt in receipts:
            receipt.settle(_ENDED)
        self.stop_waiting()


def _leave_writing_to_the_loop(_: mqtt.Client, __: object, ___: object) -> None:
    pass
