"""The watchman's own connection to the broker: a message to itself and back, and what the hub says of its
disk.

A broker that accepts connections and passes nothing on is found by that.
"""

from __future__ import annotations

import secrets
from threading import Condition

from paho.mqtt import client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode

from hub.mqtt.broker import BrokerAccess

ANSWER_WITHIN = 4.0  # seconds
_KEEPALIVE = 10


class Echo:
    """`disk`: what the hub last said of its disk; empty where that is well."""

    disk: str

    def __init__(self, access: BrokerAccess, site: str) -> None:
        self._access = access
        self._topic, self._state_topic = f"vaka/{site}/watch/echo", f"vaka/{site}/watch/state"
        self._disk_topic = f"vaka/{site}/hub/disk"
        self._heard, self._turn = "", Condition()
        self._refused = ""
        self.disk = ""
        self._client: mqtt.Client | None = None

    def trouble(self) -> str | None:
        """One round trip; why it did not come back, None where it did."""
        word = secrets.token_hex(8)
        try:
            client = self._client or self._connect()
        except OSError as error:
            return self._access.why_unreachable(error)
        client.publish(self._topic, word, qos=1)
        with self._turn:
            if self._turn.wait_for(lambda: self._heard == word, ANSWER_WITHIN):
                return None
        return self._refused or f"{self._access} does not pass a message on"

    def say(self, state: bytes) -> None:
        """How the parts stand, for lamps and other systems. Kept by the broker."""
        if self._client is not None and self._client.is_connected():
            self._client.publish(self._state_topic, state, qos=1, retain=True)

    def stop(self) -> None:
        if self._client is not None:
            self._client.disconnect()
            self._client.loop_stop()

    def _connect(self) -> mqtt.Client:
        client = mqtt.Client(
            CallbackAPIVersion.VERSION2, client_id=f"vaka-watch-{secrets.token_hex(4)}", clean_session=True
        )
        client.reconnect_delay_set(1, 2)
        client.max_queued_messages_set(10)  # what waits for a broker that is away is of no use to anybody
        client.on_connect, client.on_message = self._on_connect, self._on_message
        if self._access.username is not None:
            client.username_pw_set(self._access.username, self._access.password())
        if (context := self._access.tls_context()) is not None:
            client.tls_set_context(context)
        client.connect(self._access.host, self._access.port, _KEEPALIVE)
        client.loop_start()
        self._client = client
        return client

    # --- what the client tells, in its thread

    def _on_connect(
        self, client: mqtt.Client, _: object, __: mqtt.ConnectFlags, reason: ReasonCode, ___: object
    ) -> None:
        self._refused = self._access.why_refused(reason) if reason.is_failure else ""
        if not reason.is_failure:
            client.subscribe([(self._topic, 1), (self._disk_topic, 1)])

    def _on_message(self, _: mqtt.Client, __: object, message: mqtt.MQTTMessage) -> None:
        text = message.payload.decode("utf-8", "replace")
        if message.topic == self._disk_topic:
            self.disk = text
            return
        with self._turn:
            self._heard = text
            self._turn.notify_all()
