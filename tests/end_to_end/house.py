"""A whole installation for one test: a real broker, a data folder, hubs that come and go, a publisher."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import paho.mqtt.client as mqtt

from tests.patience import PATIENCE
from tests.servers import ROOT, Mosquitto


def _without_proofs(site_file: str) -> str:
    """A site file as YAML writes it, or as JSON."""
    begin, brace, rest = site_file.partition("{")
    if brace and not begin.strip():
        return f'{begin}{{"proof": {{"at": []}}, {rest}'
    return f"{site_file}\nproof: {{at: []}}\n"


class House:
    """`environment` is what every process of it is told. The hub's own words go to `log`."""

    def __init__(self, folder: Path, broker: Mosquitto, site_file: str, **settings: str) -> None:
        self.folder, self.broker = folder, broker
        folder.mkdir(parents=True, exist_ok=True)
        self.database = folder / "data" / "vaka.db"
        secret = folder / "broker-password"
        secret.write_text(broker.password)
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("VAKA_")},
            "VAKA_DATA": str(folder / "data"),
            "VAKA_BROKER": f"mqtt://{broker.username}@127.0.0.1:{broker.port}",
            "VAKA_BROKER_PASSWORD_FILE": str(secret),
            **settings,
        }
        self.log = folder / "hub.log"
        site = folder / "site.yaml"
        # What a test expects must not depend on whether a change of shift falls into it.
        site.write_text(site_file if "proof:" in site_file else _without_proofs(site_file))
        self.vaka("import", str(site))
        self.hub: subprocess.Popen[bytes] | None = None

    def vaka(self, *words: str) -> str:
        """Run a command to its end; its output. A failure fails the test."""
        done = subprocess.run(
            [sys.executable, "-m", "hub", *words],
            env=self.environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def start_hub(self, *module_and_words: str) -> subprocess.Popen[bytes]:
        """Start `vaka hub`, or another module that is one."""
        words = module_and_words or ("hub", "hub")
        with self.log.open("ab") as log:
            self.hub = subprocess.Popen(
                [sys.executable, "-m", *words], env=self.environment, cwd=ROOT, stdout=log, stderr=log
            )
        return self.hub

    def stop_hub(self, how: signal.Signals = signal.SIGTERM) -> None:
        if self.hub is not None:
            self.hub.send_signal(how)
            self.hub.wait(timeout=PATIENCE)
            self.hub = None

    def publisher(self) -> mqtt.Client:
        """A gateway's client, connected."""
        client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
        client.username_pw_set(self.broker.gateway_username, self.broker.gateway_password)
        client.max_inflight_messages_set(1000)
        client.connect("127.0.0.1", self.broker.port)
        client.loop_start()
        return client

    def publish(self, messages: Iterable[tuple[str, bytes]]) -> None:
        """Everything at QoS 1; returns when the broker has it all."""
        client = self.publisher()
        for receipt in [client.publish(topic, payload, qos=1) for topic, payload in messages]:
            receipt.wait_for_publish(PATIENCE)
            assert receipt.is_published()
        client.disconnect()
        client.loop_stop()

    def rows(self, query: str, *values: object) -> list[tuple[object, ...]]:
        """Look into the database as anybody may."""
        connection = sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=PATIENCE)
        try:
            return connection.execute(query, values).fetchall()
        finally:
            connection.close()

    def until(self, condition: Callable[[], bool], what: str, patience: float = PATIENCE) -> None:
        """Wait for something to become true; `what` says what did not come."""
        deadline = time.monotonic() + patience
        while not condition():
            assert time.monotonic() < deadline, f"{what} did not come; the hub said:\n{self.said()}"
            time.sleep(0.02)

    def hub_is_caught_up(self) -> bool:
        """The hub said after its start that the broker's backlog is behind it."""
        return bool(self.rows("SELECT 1 FROM health WHERE part = 'backlog' AND state = 'ok'"))

    def said(self) -> str:
        return self.log.read_text(errors="replace")[-4000:] if self.log.exists() else "nothing"
