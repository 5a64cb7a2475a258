"""Sensors that speak through a gateway whose client does as they all do: what was not confirmed it says again
once the broker is back. Every message brings one new link quality at an instant of its own.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from threading import Event, Thread
from typing import Any

from tests.end_to_end.house import House

Said = tuple[str, int]
"""(device, when in µs): identifies a message, and the reading in the journal that came of it."""

SITE: dict[str, Any] = {
    "site": "sturdy",
    "name": "Sturdy",
    "units": [{"id": "u", "name": "U"}],
    "rooms": [{"id": f"{n}", "unit": "u"} for n in range(10)],
    "residents": [{"id": f"r{n}", "name": f"R {n}", "room": f"{n}"} for n in range(10)],
    "devices": [{"id": f"motion_{n}", "room": f"{n}", "role": "motion"} for n in range(10)],
    "rules": [{"rule": "quiet"}],
}

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Sensors:
    """`said`: all messages, in order."""

    def __init__(self, house: House, pause: float = 0.002) -> None:
        self._pause = pause
        self._mids: list[int] = []
        self._answers: set[int] = set()
        self._began = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=10)
        self.said: list[Said] = []
        self._stopping = Event()
        self._client = house.publisher()
        self._client.reconnect_delay_set(1, 1)
        self._client.on_publish = lambda _client, _data, mid, *_: self._answers.add(mid)
        self._thread = Thread(target=self._speak, daemon=True)

    @property
    def confirmed(self) -> set[Said]:
        """What the broker has said it took."""
        return {said for said, mid in zip(self.said, list(self._mids), strict=False) if mid in self._answers}

    def start(self) -> None:
        self._thread.start()

    def be_silent(self, house: House) -> None:
        """Stop; returns when all that was said is confirmed."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()
        house.until(lambda: len(self.confirmed) == len(self.said), "the broker's confirmation of everything")
        self._client.disconnect()
        self._client.loop_stop()

    def speak(self, count: int) -> None:
        """Say so much at once, by hand."""
        for _ in range(count):
            self._say()

    def _speak(self) -> None:
        while not self._stopping.wait(self._pause):
            self._say()

    def _say(self) -> None:
        number = len(self.said)
        at = self._began + timedelta(milliseconds=number)
        device = f"motion_{number % 10}"
        payload = f'{{"linkquality":{number // 10 % 251},"last_seen":"{at.isoformat()}"}}'
        self.said.append((device, (at - _EPOCH) // timedelta(microseconds=1)))
        self._mids.append(self._client.publish(f"zigbee2mqtt/{device}", payload, qos=1).mid)


def journal(house: House) -> Counter[Said]:
    """The same as it came to be in the hub's journal."""
    return Counter(
        (str(device), int(str(at)))
        for device, at in house.rows(
            "SELECT address, at FROM reading JOIN device ON device.no = device"
            " JOIN measure ON measure.no = measure WHERE name = 'lqi'"
        )
    )


def assert_all_there_once(house: House, expected: set[Said], sensors: Sensors) -> None:
    house.until(lambda: not expected - set(journal(house)), "all that the broker had confirmed")
    rows = journal(house)
    assert not [said for said, count in rows.items() if count > 1], "readings that were counted twice"
    assert set(rows) <= set(sensors.said), "readings that nobody said"
