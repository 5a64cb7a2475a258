"""The way in and out: one MQTT client at the broker, its own thread, and a persistent session.

A message is handed over as it came, and is acknowledged only when the pipeline says so, after its commit. An
acknowledgement never crosses from one connection to the next, where its packet identifier would mean another
message; what was not acknowledged comes again by itself. Nothing is decoded here.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from itertools import count
from threading import Event, Thread

from paho.mqtt import client as mqtt
from paho.mqtt.enums import MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from hub.mqtt.broker import BrokerAccess
from hub.mqtt.connection import Connection, PlainClient, Receipt, SessionTerms
from hub.mqtt.inbox import BacklogDrained, ConnectionChange, Delivery, Inbox, Item
from hub.mqtt.paho_fast import FastClient, what_is_different

_log = logging.getLogger(__name__)

TAKEOVER_SHOWN = timedelta(minutes=10)
"""Two hubs with one client id take turns: the one that is in at this moment has the trouble as well."""
MOST_REFUSALS = 100  # topics that are remembered
_SUBSCRIBE, _PUBLISH = "subscribe to", "publish to"


class Gateway:
    """The hub's one client at the broker.

    `inbox` is where everything comes out, in order of arrival. `now` gives aware UTC.
    """

    def __init__(
        self,
        access: BrokerAccess,
        *,
        site: str,
        client_id: str,
        filters: Sequence[str],
        now: Callable[[], datetime],
        terms: SessionTerms | None = None,
        fast: bool = True,
    ) -> None:
        self.access = access
        self.terms = terms or SessionTerms()
        self.inbox = Inbox(room=4 * self.terms.receive_maximum)
        self._trouble: str | None = f"{access} has not been reached yet"
        self._refused: dict[tuple[str, str], str] = {}  # (what, topic) → sentence, on this connection
        self._taken_over_at: datetime | None = None
        self._client_id = client_id
        self._now = now
        self._status_topic = f"vaka/{site}/hub/status"
        self._marker_topic = f"vaka/{site}/hub/{client_id}/marker"
        self._topics = (*filters, self._marker_topic)
        self.fast = fast and self._paho_is_as_expected()
        self._numbers = count(1)
        self._current: Connection | None = None  # the one the thread works on, accepted or not
        self._up: Connection | None = None  # the same, from the broker's acceptance to its end
        self._told_connected: bool | None = None
        self._stopping = Event()
        self._thread = Thread(target=self._run, name="gateway", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Leave in peace: the session stays at the broker, and what was not acknowledged stays in it."""
        self.inbox.close()
        self.publish(self._status_topic, b"offline", retain=True).wait(2)
        self._stopping.set()
        if (connection := self._up) is not None:
            connection.client.disconnect()
        if self._thread.is_alive():
            self._thread.join(timeout=10)

    @property
    def trouble(self) -> str | None:
        """A sentence for the technician while the broker can't be heard or told as it should, else None."""
        if self._trouble is not None:
            return self._trouble
        if self._taken_over_at is not None and self._now() - self._taken_over_at < TAKEOVER_SHOWN:
            return self._taken_over
        return next(iter(list(self._refused.values())), None)  # a copy: the thread writes meanwhile

    @property
    def connected(self) -> bool:
        return self._up is not None

    def acknowledge(self, items: Sequence[Item]) -> None:
        """Tell the broker that these are committed, in the order they came.

        What came by an earlier connection is left out: the broker sends it again.
        """
        if (connection := self._up) is None:
            return
        number = connection.number
        connection.acknowledge(
            [
                item.mid
                for item in items
                if isinstance(item, (Delivery, BacklogDrained)) and item.mid and item.connection == number
            ]
        )

    def publish(self, topic: str, payload: bytes | str, *, retain: bool) -> Receipt:
        """Publish at QoS 1. The receipt fails where there is no connection or it ends first: try again.

        ValueError where the topic is none to publish to.
        """
        if not topic or set("+#\0") & set(topic):
            raise ValueError(
                f"{topic!r} is no topic to publish to: expected some characters, none of them + # NUL"
            )
        if (connection := self._up) is not None:
            return connection.publish(topic, payload, retain)
        receipt = Receipt(topic)
        receipt.settle("not connected to the broker")
        return receipt

    def listen_to(self, filters: Sequence[str]) -> None:
        """Hear what is published below these from now on, and no longer what only the earlier ones had."""
        topics = (*filters, self._marker_topic)
        gone = [topic for topic in self._topics if topic not in topics]
        if topics == self._topics:
            return
        self._topics = topics
        for topic in gone:
            self._refused.pop((_SUBSCRIBE, topic), None)
        if (connection := self._up) is not None:
            if gone:
                connection.client.unsubscribe(gone)
            connection.subscribe(topics)

    # --- the thread

    def _paho_is_as_expected(self) -> bool:
        differences = what_is_different()
        for difference in differences:
            _log.warning("Messages are read one by one, at a fraction of the speed: %s", difference)
        return not differences

    def _run(self) -> None:
        delay = self.terms.retry_first
        while not self._stopping.is_set():
            if self._connect_and_stay():
                delay = self.terms.retry_first
            self._stopping.wait(delay)
            delay = min(delay * 2, self.terms.retry_longest)

    def _connect_and_stay(self) -> bool:
        """By MQTT 5, or 3.1.1 where the broker does not know it. Returns at the end: was it ever up?"""
        connection = self._stay(MQTTProtocolVersion.MQTTv5)
        if connection.version_refused and not self._stopping.is_set():
            connection = self._stay(MQTTProtocolVersion.MQTTv311)
        return connection.was_up

    def _stay(self, protocol: MQTTProtocolVersion) -> Connection:
        connection = self._current = Connection(*self._new_client(protocol))
        try:
            connection.open(self.access, self.terms)
            while connection.client.loop(timeout=1.0) == MQTTErrorCode.MQTT_ERR_SUCCESS:
                pass
        except OSError as error:
            connection.reason = self.access.why_unreachable(error)
        except Exception as error:  # a mistake of ours must not leave the hub deaf
            _log.exception("The gateway failed and starts again")
            connection.reason = f"the gateway failed and starts again: {error!r}"
        self._up = self._current = None
        connection.end()
        if not connection.version_refused and not self._stopping.is_set():
            self._say(
                connection.reason
                or f"{self.access} ended the connection without a word: it was stopped, or another hub "
                f"uses the client id {self._client_id!r} as well"
            )
            self._tell_disconnected()
        return connection

    def _new_client(self, protocol: MQTTProtocolVersion) -> tuple[int, PlainClient]:
        number = next(self._numbers)
        client: PlainClient
        if self.fast:
            client = FastClient(self._client_id, protocol, number, self._now, self._receive)
        else:
            client = PlainClient(self._client_id, protocol)
        client.will_set(self._status_topic, b"offline", qos=1, retain=True)
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_subscribe = self._on_subscribe
        client.on_publish = self._on_publish
        client.on_message = self._on_message
        return number, client

    def _say(self, trouble: str) -> None:
        if trouble != self._trouble:
            _log.warning("%s", trouble)
        self._trouble = trouble

    def _answered(self, what: str, topic: str, reason: ReasonCode) -> None:
        """Keep what the broker refuses until it no longer does."""
        key = (what, topic)
        if not reason.is_failure:
            self._refused.pop(key, None)
        elif key not in self._refused and len(self._refused) < MOST_REFUSALS:
            self._refused[key] = f"{self.access} does not let us {what} {topic or 'something'}: {reason}"
            _log.warning("%s", self._refused[key])

    @property
    def _taken_over(self) -> str:
        return (
            f"another hub uses the same client id {self._client_id!r} at {self.access}: "
            "each ends the other's connection; stop one of them, or give it another VAKA_CLIENT_ID"
        )

    def _tell_disconnected(self) -> None:
        if self._told_connected is not False:
            self._told_connected = False
            self.inbox.put([ConnectionChange(False, False, self._now(), self._trouble or "")])

    # --- what the client tells, in the thread

    def _on_connect(
        self, _: mqtt.Client, __: object, flags: mqtt.ConnectFlags, reason: ReasonCode, ___: Properties | None
    ) -> None:
        connection = self._here
        if reason.is_failure:
            connection.version_refused = connection.is_v5 and reason == "Unsupported protocol version"
            connection.reason = self.access.why_refused(reason)
            return
        _log.info("Connected to %s, session kept: %s", self.access, flags.session_present)
        self._trouble = None
        self._refused.clear()
        connection.was_up = True
        self._up = connection
        self._told_connected = True
        self.inbox.put([ConnectionChange(True, flags.session_present, self._now())])
        connection.publish(self._status_topic, b"online", retain=True)
        connection.subscribe(self._topics)

    def _on_subscribe(
        self, _: mqtt.Client, __: object, ___: int, reasons: list[ReasonCode], ____: Properties | None
    ) -> None:
        connection = self._here
        # not strict: what to listen to may have changed again since this was asked
        for topic, reason in zip(self._topics, reasons, strict=False):
            self._answered(_SUBSCRIBE, topic, reason)
        if connection.is_v5:
            self._send_marker(connection)
        else:
            connection.later(self.terms.marker_delay_v311, self._send_marker)

    def _on_disconnect(
        self,
        _: mqtt.Client,
        __: object,
        flags: mqtt.DisconnectFlags,
        reason: ReasonCode,
        ___: Properties | None,
    ) -> None:
        connection = self._here
        if reason == "Keep alive timeout":
            connection.reason = f"{self.access} has gone silent"
        elif reason == "Session taken over":
            self._taken_over_at = self._now()
            connection.reason = self._taken_over
        elif flags.is_disconnect_packet_from_server:
            connection.reason = f"{self.access} ended the connection: {reason}"

    def _on_publish(
        self, _: mqtt.Client, __: object, mid: int, reason: ReasonCode, ___: Properties | None
    ) -> None:
        self._answered(_PUBLISH, self._here.confirmed(mid, reason), reason)

    def _on_message(self, _: mqtt.Client, __: object, message: mqtt.MQTTMessage) -> None:
        try:
            topic = message.topic
        except UnicodeDecodeError as error:  # bad input is handed on: the technician shall see it
            topic = error.object.decode("utf-8", "backslashreplace")
        payload = bytes(message.payload)
        number = self._here.number
        delivery = Delivery(topic, payload, self._now(), message.retain, message.dup, message.mid, number)
        self._receive([delivery])

    def _receive(self, batch: list[Delivery]) -> None:
        self._here.batches += 1
        if self._marker_topic in [delivery.topic for delivery in batch]:
            self.inbox.put(self._without_markers(batch))
        else:
            self.inbox.put(batch)

    @property
    def _here(self) -> Connection:
        assert self._current is not None
        return self._current

    # --- the marker: once it is back, what the broker had kept for us lies behind

    def _without_markers(self, batch: list[Delivery]) -> list[Item]:
        """Our own marker becomes an item; one of an earlier connection is acknowledged and forgotten."""
        connection = self._here
        items: list[Item] = []
        for delivery in batch:
            if delivery.topic != self._marker_topic:
                items.append(delivery)
            elif delivery.payload != connection.nonce.encode() or connection.drained:
                connection.acknowledge([delivery.mid])
            else:
                connection.drained = True
                connection.stop_waiting()
                at, mid, number = delivery.received_at, delivery.mid, delivery.connection
                items.append(BacklogDrained(connection.nonce, at, capped=False, mid=mid, connection=number))
        return items

    def _send_marker(self, connection: Connection) -> None:
        connection.publish(self._marker_topic, connection.nonce, retain=False)
        self._wait_for_marker(connection)

    def _wait_for_marker(self, connection: Connection) -> None:
        connection.batches_looked_at = connection.batches
        left = connection.seconds_left(self._now(), self.terms.marker_longest)
        connection.later(min(self.terms.marker_cap, left), self._look_for_marker)

    def _look_for_marker(self, connection: Connection) -> None:
        if connection.over or connection.drained:
            return
        still_coming = connection.batches != connection.batches_looked_at
        if still_coming and connection.seconds_left(self._now(), self.terms.marker_longest) > 0:
            self._wait_for_marker(connection)
            return
        _log.warning("Our marker %s did not come back", self._marker_topic)
        self.inbox.put([BacklogDrained(connection.nonce, self._now(), capped=True)])
