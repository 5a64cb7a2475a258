"""Publishing as a gateway of devices does: one connection, QoS 1, in order, nothing lost on the way.

Used by what plays devices (a replay, the demo); what the hub itself says goes out by hub/mqtt/gateway.py.
"""

from __future__ import annotations

import secrets
from threading import Condition, Event
from types import TracebackType
from typing import Self

from paho.mqtt import client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from hub.mqtt.broker import BrokerAccess

WINDOW = 256  # messages on the way unconfirmed; they wait in memory, and at a broken connection they go again
PATIENCE = 30.0  # seconds in which the broker must confirm something
_ANSWER_WITHIN = 10.0  # seconds
_KEEPALIVE = 30


class PublishError(Exception):
    """Why the broker does not have what it was sent, in a sentence."""


class Publisher:
    """A connection for the length of a `with`, whose end waits until all is confirmed. PublishError where
    that fails.

    A connection that breaks is made again, and what was not confirmed is sent again in order.
    """

    def __init__(self, access: BrokerAccess, name: str, window: int = WINDOW) -> None:
        self._access, self._window = access, window
        self._client_id = f"{name}-{secrets.token_hex(4)}"
        self._answered = Event()
        self._refused: ReasonCode | None = None
        self._turn = Condition()
        self._sent = 0
        self._failure: str | None = None
        self.confirmed = 0

    def __enter__(self) -> Self:
        """By MQTT 5, or 3.1.1 where the broker does not know it."""
        for protocol in (MQTTProtocolVersion.MQTTv5, MQTTProtocolVersion.MQTTv311):
            self._client = self._connect(protocol)
            if self._refused is None:
                return self
            self._client.loop_stop()
            if self._refused != "Unsupported protocol version":
                break
        assert self._refused is not None
        raise PublishError(self._access.why_refused(self._refused))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._wait_until_at_most(0)
        finally:
            self._client.disconnect()
            self._client.loop_stop()

    def publish(self, topic: str, payload: bytes | str, retain: bool = False) -> None:
        """Send it; waits while too many are unconfirmed."""
        self._wait_until_at_most(self._window - 1)
        result = self._client.publish(topic, payload, qos=1, retain=retain)
        # Without a connection paho keeps it and sends it with the next one.
        if result.rc not in (MQTTErrorCode.MQTT_ERR_SUCCESS, MQTTErrorCode.MQTT_ERR_NO_CONN):
            raise PublishError(f"{self._access} could not be sent to: {mqtt.error_string(result.rc)}")
        with self._turn:
            self._sent += 1

    def _connect(self, protocol: MQTTProtocolVersion) -> mqtt.Client:
        self._answered.clear()
        client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=self._client_id, protocol=protocol)
        client.max_inflight_messages_set(self._window)
        client.reconnect_delay_set(1, 5)
        client.on_connect, client.on_publish = self._on_connect, self._on_publish
        try:
            if self._access.username is not None:
                client.username_pw_set(self._access.username, self._access.password())
            if (context := self._access.tls_context()) is not None:
                client.tls_set_context(context)
            client.connect(self._access.host, self._access.port, _KEEPALIVE)
        except OSError as error:
            raise PublishError(self._access.why_unreachable(error)) from None
        client.loop_start()
        if not self._answered.wait(_ANSWER_WITHIN):
            client.loop_stop()
            raise PublishError(f"{self._access} does not answer")
        return client

    def _wait_until_at_most(self, unconfirmed: int) -> None:
        with self._turn:
            while self._failure is None and self._sent - self.confirmed > unconfirmed:
                before = self.confirmed
                self._turn.wait(PATIENCE)
                if self.confirmed == before and self._failure is None:
                    self._failure = f"{self._access} has confirmed nothing for {PATIENCE:g} s"
            if self._failure is not None:
                raise PublishError(f"{self._failure}; {self.confirmed} messages were confirmed before")

    # --- what the client tells, in its thread

    def _on_connect(
        self, _: mqtt.Client, __: object, ___: mqtt.ConnectFlags, reason: ReasonCode, ____: Properties | None
    ) -> None:
        self._refused = reason if reason.is_failure else None
        self._answered.set()

    def _on_publish(
        self, _: mqtt.Client, __: object, ___: int, reason: ReasonCode, ____: Properties | None
    ) -> None:
        with self._turn:
            if reason.is_failure:
                self._failure = f"{self._access} refuses what it is sent: {reason}"
            else:
                self.confirmed += 1
            self._turn.notify_all()
