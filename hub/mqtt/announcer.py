"""A connection of its own for what only goes out: lamps, signs and pagers. What it does holds up no reading,
and no backlog of readings holds it up. It says of itself whether it is there (a retained last will).
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from paho.mqtt import client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MessageState, MQTTProtocolVersion
from paho.mqtt.reasoncodes import ReasonCode

from hub.mqtt.broker import BrokerAccess

log = logging.getLogger(__name__)

KEEPALIVE_S = 15
RETRY_FIRST_S, RETRY_LONGEST_S = 1, 10


class Announcer:
    def __init__(self, access: BrokerAccess, client_id: str, alive_topic: str) -> None:
        """`alive_topic` holds `online` while this runs, `offline` as soon as the broker misses it."""
        self._access, self._alive_topic = access, alive_topic
        self._connected = False
        self.on_connected: Callable[[], None] = lambda: None
        self._client = mqtt.Client(
            CallbackAPIVersion.VERSION2, client_id, protocol=MQTTProtocolVersion.MQTTv311
        )
        self._client.will_set(alive_topic, "offline", qos=1, retain=True)
        self._client.reconnect_delay_set(RETRY_FIRST_S, RETRY_LONGEST_S)
        self._client.on_connect = self._came
        self._client.on_disconnect = self._went

    @property
    def connected(self) -> bool:
        return self._connected

    def start(self) -> None:
        """Connects in a thread of its own, and again whenever the connection is lost. OSError where a file
        that opens the broker can't be read.
        """
        context = self._access.tls_context()
        if context is not None:
            self._client.tls_set_context(context)
        if self._access.username is not None:
            self._client.username_pw_set(self._access.username, self._access.password())
        self._client.connect_async(self._access.host, self._access.port, KEEPALIVE_S)
        self._client.loop_start()

    def stop(self) -> None:
        """Says that it goes; the last will is for when it cannot."""
        if self._connected:
            said = self._client.publish(self._alive_topic, "offline", qos=1, retain=True)
            said.wait_for_publish(1)
        self._client.disconnect()
        self._client.loop_stop()

    def publish(self, topic: str, payload: str, retain: bool, within: float) -> str | None:
        """None once the broker has it (QoS 1); else a sentence. Nothing is kept for later: whoever calls
        tries again, and a page of an alert that was taken meanwhile must not go out when the broker is back.
        """
        if not self._connected:
            return f"{self._access} can't be reached"
        sent = self._client.publish(topic, payload, qos=1, retain=retain)
        try:
            sent.wait_for_publish(within)
        except (RuntimeError, ValueError) as error:
            return f"{self._access}: {error}"
        if sent.is_published():
            return None
        self._take_back(sent.mid)
        return f"{self._access} did not confirm it within {within:.0f} s"

    def _take_back(self, mid: int) -> None:
        """paho keeps what was not confirmed for its next connection, and has no call to forget it."""
        client = self._client
        with client._out_message_mutex:
            message = client._out_messages.pop(mid, None)
            if message is not None and message.state != MessageState.MQTT_MS_QUEUED:
                client._inflight_messages -= 1

    def _came(self, _: mqtt.Client, __: Any, ___: Any, reason: ReasonCode, ____: Any) -> None:
        if reason.is_failure:
            log.warning("%s", self._access.why_refused(reason))
            return
        self._client.publish(self._alive_topic, "online", qos=1, retain=True)
        self._connected = True
        self.on_connected()

    def _went(self, _: mqtt.Client, __: Any, ___: Any, ____: ReasonCode, _____: Any) -> None:
        self._connected = False
