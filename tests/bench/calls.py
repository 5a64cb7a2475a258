"""From a press to the message at the other end of a way: real Mosquitto, a running hub, a real mail server
and a real web address, while other sensors speak.

Times are from the instant a message was due at the broker to the instant the receiver had the call in its
hands; of a step of the escalation, from the instant at which that was due.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email.header import decode_header, make_header
from pathlib import Path
from threading import Lock
from urllib.parse import urlsplit

from tests.bench.load import spread
from tests.end_to_end.house import House
from tests.servers import running_mosquitto
from tests.ways.receivers import mail_server, web_address

READINGS_PER_SECOND = 200
ALERTS_PER_MINUTE = 50
SENSORS = 200
STEP = 5.0  # s after the press the leader is called
SITE = """
site: test
name: Test
units: [{id: sol, name: Solsida}]
escalation:
  high: {steps: [{after: 0 s, to: [unit]}, {after: 5 s, to: [leaders]}], repeat: 30 min}
people: [{id: kari, name: Kari, role: carer}, {id: lise, name: Lise, role: leader}]
"""


class Arrivals:
    """When each call came in, by person, way and room."""

    def __init__(self) -> None:
        self.at: dict[tuple[str, str, str], list[float]] = {}
        self._lock = Lock()

    def note(self, person: str, way: str, subject: str) -> None:
        with self._lock:
            self.at.setdefault((person, way, subject.rpartition(" ")[2]), []).append(time.monotonic())

    def delays(self, due: dict[str, float], person: str, way: str, after: float) -> list[float]:
        return [
            self.at[person, way, room][0] - (pressed + after)
            for room, pressed in due.items()
            if (person, way, room) in self.at
        ]


def calls(folder: Path, seconds: float) -> dict[str, object]:
    """Quantiles in ms for each way, and for the second step; how many were lost or came twice."""
    presses = round(seconds * ALERTS_PER_MINUTE / 60)
    with _house(folder, presses) as (house, arrivals):
        due = _load(house, presses, seconds)
        house.until(lambda: len(arrivals.at) >= 4 * presses, "all calls", patience=STEP + 30)
    found: dict[str, object] = {
        f"{way} to {person}": spread(arrivals.delays(due, person, way, after))
        for person, after in (("kari", 0.0), ("lise", STEP))
        for way in ("webhook", "email")
    }
    twice = sum(len(times) - 1 for times in arrivals.at.values())
    return {**found, "presses": presses, "lost": 4 * presses - len(arrivals.at), "twice": twice}


@contextmanager
def _house(folder: Path, presses: int) -> Iterator[tuple[House, Arrivals]]:
    arrivals, secret = Arrivals(), folder / "secret"
    secret.write_text("s3cret\n")
    with (
        running_mosquitto(folder / "broker") as broker,
        mail_server() as (mailbox, port),
        web_address() as (
            address,
            url,
        ),
    ):
        mailbox.on_mail = lambda mail: arrivals.note(
            str(mail["to"]).partition("@")[0], "email", str(make_header(decode_header(mail["subject"])))
        )
        address.on_call = lambda body: _note_call(arrivals, body)
        settings = {
            "VAKA_SMTP": f"smtp://127.0.0.1:{port}",
            "VAKA_SMTP_FROM": "vaka@example.org",
            "VAKA_WEBHOOK_SECRET_FILE": str(secret),
            "VAKA_WEBHOOK_HOSTS": urlsplit(url).netloc,
        }
        house = House(folder / "house", broker, _site(presses), **settings)
        for person in ("kari", "lise"):
            house.vaka("contact", person, "email", f"{person}@example.org")
            house.vaka("contact", person, "webhook", f"{url}/{person}")
        house.start_hub()
        try:
            house.until(house.hub_is_caught_up, "the hub's first look at the broker")
            yield house, arrivals
        finally:
            house.stop_hub()


def _note_call(arrivals: Arrivals, body: bytes) -> None:
    call = json.loads(body)
    arrivals.note(call["person"], "webhook", call["subject"])


def _site(presses: int) -> str:
    rooms = [f"  - {{id: r{n}, unit: sol}}" for n in range(max(presses, SENSORS))]
    buttons = [
        f"  - {{id: button-{n}, room: r{n}, role: help_button, gateway: native}}" for n in range(presses)
    ]
    sensors = [f"  - {{id: motion-{n}, room: r{n}, role: motion, gateway: native}}" for n in range(SENSORS)]
    named = ", ".join(f"r{n}" for n in range(presses))
    rules = f"rules: [{{rule: help-button, rooms: [{named}]}}]"
    return "\n".join([SITE, "rooms:", *rooms, "devices:", *buttons, *sensors, rules, ""])


def _load(house: House, presses: int, seconds: float) -> dict[str, float]:
    """Readings by a schedule that nothing slows down, and presses; when each press was due, by room."""
    publisher, began = house.publisher(), time.monotonic() + 0.5
    count = round(seconds * READINGS_PER_SECOND)
    events = [(began + n / READINGS_PER_SECOND, None, n) for n in range(count)]
    events += [(began + (n + 0.37) * seconds / presses, f"r{n}", n) for n in range(presses)]
    due: dict[str, float] = {}
    for at, room, n in sorted(events, key=lambda event: event[0]):
        time.sleep(max(0.0, at - time.monotonic()))
        if room is None:
            payload = b'{"motion": true}' if (n // SENSORS) % 2 else b'{"motion": false}'
            publisher.publish(f"vaka/test/readings/motion-{n % SENSORS}", payload, qos=1)
        else:
            due[room] = at
            publisher.publish(f"vaka/test/readings/button-{n}", b'{"pressed": "single"}', qos=1)
    publisher.disconnect()
    publisher.loop_stop()
    return due
