"""A house that was lived in for months, in its history: beds and 30 sensors by day and night."""

import random
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from devices.reading import Value
from hub.clock import WallClock
from hub.history.segments import beside, connect_history
from hub.history.upkeep import close_days, move
from hub.store import device_health, devices, readings, silences
from hub.store.db import transaction
from hub.store.instants import to_us
from tests.web.house import DOCUMENT, House

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
ROOMS = ("1A", "2A", "3B", "4B", "5C")
_OWN = "".join(
    f"  - {{id: {room} seng, room: {room}, role: bed}}\n"
    f"  - {{id: {room} bad, room: {room}, role: bathroom_motion}}\n"
    f"  - {{id: {room} kjøkken, room: {room}, role: kitchen_motion}}\n"
    f"  - {{id: {room} skap, room: {room}, role: fridge}}\n"
    for room in ROOMS
)
LIVED_IN = DOCUMENT.replace("people:\n", f"{_OWN}people:\n", 1).replace(
    "  - {id: r2, name: Olav Bakke, room: 2A}\n",
    "  - {id: r2, name: Olav Bakke, room: 2A}\n  - {id: r6, name: Marit Bakke, room: 2A}\n",
)
Said = tuple[datetime, str, str, Value]


def keep_in_history(house: House, told: Sequence[Said]) -> None:
    """What was told, in order of time, as the hub would have kept it by now: in the history, days closed."""
    newest: dict[str, dict[str, tuple[Value, datetime]]] = {}
    first: dict[str, datetime] = {}
    for at, device, measure, value in told:
        newest.setdefault(device, {})[measure] = (value, at)
        first.setdefault(device, at)
    with transaction(house.connection):
        measures = readings.measure_numbers(house.connection)
        addresses = {device.id: device.address or device.id for device in house.site.devices}
        nos = {
            name: devices.add(house.connection, house.site.site, "zigbee2mqtt", addresses[name], first[name])
            for name in newest
        }
        rows = (
            (nos[device], measures[measure], value, to_us(at), to_us(at), 0)
            for at, device, measure, value in told
        )
        readings.append(house.connection, rows)
        devices.put_latest(
            house.connection,
            [(nos[d], max(at for _, at in own.values()), own) for d, own in newest.items()],
        )
    with closing(connect_history(beside(house.settings.database))) as history:
        while move(house.connection, history):
            pass
        close_days(house.connection, history, house.now())


class LivedInHouse(House):
    """Lived in for `days` up to now. `rooms`: whose sensors spoke."""

    def __init__(
        self,
        data: Path,
        days: int,
        rooms: tuple[str, ...] = ROOMS,
        document: str = LIVED_IN,
        clock: WallClock | None = None,
    ) -> None:
        super().__init__(data, document, clock)
        self.began = self.now() - timedelta(days=days)
        chance = random.Random(11)
        told = sorted(one for room in rooms for one in self._life(room, days, chance))
        keep_in_history(self, [one for one in told if one[0] < self.now()])
        self._batteries()

    def _batteries(self) -> None:
        today = int(self.now().timestamp() // 86_400)
        levels = [(today - 90 + n, 96.0 - n * 0.55 + (n * 7 % 3)) for n in range(91)]
        nos = [row["no"] for row in self.rows("SELECT no FROM device")]
        with transaction(self.connection):
            device_health.put_levels(self.connection, [(no, *level) for no in nos for level in levels])

    def silence(self, device: str, since: datetime, until: datetime) -> None:
        with transaction(self.connection):
            silences.add(self.connection, self.site.site, [(f"device:{device}", since, until)])

    def _life(self, room: str, days: int, chance: random.Random) -> Iterator[Said]:
        zone = self.site.zone
        first = self.began.astimezone(zone).date()
        for number in range(days + 1):
            day = first + timedelta(days=number)
            midnight = datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
            slow = (
                0.45 if days - number < 15 and room == "1A" else 1.0
            )  # the last week is not like the others
            yield from self._day(room, midnight, slow, chance)
            yield from self._night(room, midnight + 22 * HOUR, chance)
            for hour in range(24):
                for device in ("stue", "bad", "seng", "ytterdør"):
                    yield (
                        midnight + hour * HOUR + 7 * MINUTE,
                        f"{room} {device}",
                        "lqi",
                        chance.gauss(140, 25),
                    )

    def _day(self, room: str, midnight: datetime, slow: float, chance: random.Random) -> Iterator[Said]:
        at = midnight + 7 * HOUR + chance.uniform(0, 40) * MINUTE
        while at < midnight + 21.5 * HOUR:
            where = chance.choices(("stue", "kjøkken", "bad", "ytterdør", "skap"), (10, 5, 3, 0.6, 1))[0]
            measure = "open" if where in ("ytterdør", "skap") else "motion"
            long = chance.uniform(1, 6) * MINUTE
            yield at, f"{room} {where}", measure, True
            yield at + long, f"{room} {where}", measure, False
            if where == "ytterdør":
                at += chance.uniform(20, 70) * MINUTE
                yield at, f"{room} {where}", measure, True
                yield at + MINUTE, f"{room} {where}", measure, False
                long = 2 * MINUTE
            at += long + chance.uniform(2, 32) * MINUTE / slow

    def _night(self, room: str, evening: datetime, chance: random.Random) -> Iterator[Said]:
        at = evening + chance.gauss(20, 30) * MINUTE
        wakes = evening + 9 * HOUR + chance.gauss(0, 20) * MINUTE
        yield at, f"{room} seng", "in_bed", True
        while (at := at + chance.uniform(60, 240) * MINUTE) < wakes - HOUR:
            yield at, f"{room} seng", "in_bed", False
            at += chance.uniform(1, 4) * MINUTE
            if chance.random() < 0.8:
                yield at, f"{room} bad", "motion", True
                at += chance.uniform(3, 14) * MINUTE
                yield at, f"{room} bad", "motion", False
            else:
                yield at, f"{room} stue", "motion", True
                at += chance.uniform(3, 30) * MINUTE
                yield at, f"{room} stue", "motion", False
            if chance.random() < 0.05:
                yield at, f"{room} ytterdør", "open", True
                at += chance.uniform(8, 15) * MINUTE
                yield at, f"{room} ytterdør", "open", False
            at += 2 * MINUTE
            yield at, f"{room} seng", "in_bed", True
        yield wakes, f"{room} seng", "in_bed", False
