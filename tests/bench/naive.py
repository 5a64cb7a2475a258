"""A naive hub, the yardstick: what one writes in an afternoon, with the same promise to lose nothing.

paho as it is, JSON validated by a pydantic model, a commit and an acknowledgement a message, and one simple
rule in memory: a door that opens is an alert.

    python -m tests.bench.naive PORT USER PASSWORD DATABASE
"""

from __future__ import annotations

import json
import sqlite3
import sys
from datetime import UTC, datetime

import paho.mqtt.client as mqtt
from pydantic import BaseModel


class Said(BaseModel):
    last_seen: datetime
    battery: int | None = None
    linkquality: int | None = None
    contact: bool | None = None
    occupancy: bool | None = None


class NaiveHub:
    def __init__(self, database: str) -> None:
        self._connection = sqlite3.connect(database, isolation_level=None, check_same_thread=False)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.execute(
            "CREATE TABLE reading (seq INTEGER PRIMARY KEY, device, measure, value, at, received_at)"
        )
        self._closed: dict[str, bool] = {}
        self._alerts = 0

    def on_message(self, client: mqtt.Client, _: object, message: mqtt.MQTTMessage) -> None:
        said = Said.model_validate_json(message.payload)
        device = message.topic.removeprefix("zigbee2mqtt/")
        received_at = datetime.now(UTC).isoformat()
        rows = [
            (device, measure, value, said.last_seen.isoformat(), received_at)
            for measure, value in said.model_dump(exclude={"last_seen"}).items()
            if value is not None
        ]
        self._connection.execute("BEGIN")
        self._connection.executemany(
            "INSERT INTO reading (device, measure, value, at, received_at) VALUES (?, ?, ?, ?, ?)", rows
        )
        self._connection.execute("COMMIT")
        client.ack(message.mid, message.qos)
        if said.contact is not None:
            if not said.contact and self._closed.get(device, True):
                self._raise_alert(client, device, said.last_seen)
            self._closed[device] = said.contact

    def _raise_alert(self, client: mqtt.Client, device: str, at: datetime) -> None:
        self._alerts += 1
        alert = {
            "rule": "night-exit",
            "state": "open",
            "device": device,
            "last_at": f"{at:%Y-%m-%dT%H:%M:%S.%f}"[:-3],
        }
        client.publish(f"vaka/bench/alerts/{self._alerts}", json.dumps(alert), qos=1, retain=True)


def main(port: str, user: str, password: str, database: str) -> None:
    hub = NaiveHub(database)
    client = mqtt.Client(
        mqtt.CallbackAPIVersion.VERSION2, client_id="naive", protocol=mqtt.MQTTv5, manual_ack=True
    )
    client.username_pw_set(user, password)
    client.on_message = hub.on_message
    client.on_connect = lambda *_: client.subscribe("zigbee2mqtt/#", qos=1)
    client.on_subscribe = lambda *_: print("listening", flush=True)
    client.connect("127.0.0.1", int(port))
    client.loop_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
