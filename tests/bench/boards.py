"""From an alert's commit to 200 open boards: half of them lists, half screens on the wall, over real sockets
to the web process as it is installed. What a browser then needs to draw is not in it (tests/web has it in
Chromium).

`python -m tests.bench.boards [--seconds 60]` prints one line of figures.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from collections.abc import Awaitable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from starlette.testclient import TestClient

from dashboards.app import create_app
from dashboards.visit import SESSION_COOKIE
from tests.servers import free_port
from tests.web.conftest import csrf_of
from tests.web.house import PASSWORD, Heart, House, running
from tests.web.test_wall_browser import crowded

BOARDS = 200
ALERTS_PER_MINUTE = 50
RESIDENTS = (16, 10)
WARM_UP_S = 5


@dataclass
class Heard:
    """When each alert was committed, and when each board had it."""

    committed: dict[str, float] = field(default_factory=dict)
    delays: list[float] = field(default_factory=list)
    ready: int = 0


def sessions(house: House) -> Iterator[str]:
    """One for each board, as each is a screen of its own."""
    with TestClient(create_app(house.settings), follow_redirects=False) as client:
        for _ in range(BOARDS):
            client.cookies.clear()
            form = {"person": "kari", "password": PASSWORD, "csrf": csrf_of(client, "/sign-in")}
            assert client.post("/sign-in", data=form).status_code == 303
            yield client.cookies[SESSION_COOKIE]


async def look(port: int, path: str, session: str, heard: Heard) -> None:
    """One open board: every `"alert-N"` that it has not shown yet is new to it."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 24)
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {SESSION_COOKIE}={session}\r\n\r\n"
    writer.write(request.encode())
    await reader.readuntil(b"event: beat")
    heard.ready += 1
    waiting: set[str] = set()
    known: set[str] = set()
    while line := await reader.readline():
        if line.startswith(b'data: {"order"'):
            at = time.perf_counter()
            waiting = heard.committed.keys() - known
            for mark in waiting:
                if mark.encode() in line:
                    known.add(mark)
                    heard.delays.append(at - heard.committed[mark])


async def measure(house: House, port: int, seconds: float) -> Heard:
    heard, paths = Heard(), ("/live", "/live?view=wall")
    boards: list[Awaitable[None]] = [
        look(port, paths[n % 2], session, heard) for n, session in enumerate(sessions(house))
    ]
    tasks = [asyncio.ensure_future(board) for board in boards]
    while heard.ready < BOARDS:
        await asyncio.sleep(0.1)
    await asyncio.sleep(WARM_UP_S)
    rooms, n, begun = [room.id for room in house.site.rooms], 0, time.perf_counter()
    while time.perf_counter() < begun + seconds:
        room = rooms[n % len(rooms)]
        alert = await asyncio.to_thread(raise_in, house, room)
        heard.committed[f'alert-{alert}\\"'] = time.perf_counter()
        n += 1
        await asyncio.sleep(max(0.0, begun + n * 60 / ALERTS_PER_MINUTE - time.perf_counter()))
    await asyncio.sleep(3)
    for task in tasks:
        task.cancel()
    return heard


def raise_in(house: House, room: str) -> int:
    return house.find("door-open", room, timedelta(0), evidence=house.door(room, timedelta(0))).id


def main() -> None:
    parser = argparse.ArgumentParser(description="From an alert's commit to 200 open boards.")
    parser.add_argument("--seconds", type=float, default=60)
    seconds = parser.parse_args().seconds
    with TemporaryDirectory() as folder:
        house = House(Path(folder), crowded(*RESIDENTS))
        house.hub_says()
        heart = Heart(house)
        heart.start()
        with running(house, port := free_port()):
            heard = asyncio.run(measure(house, port, seconds))
        heart.stop()
        house.connection.close()
    delays, expected = sorted(heard.delays), len(heard.committed) * BOARDS
    p50, p99 = (delays[int(len(delays) * share)] for share in (0.5, 0.99))
    print(
        f"{BOARDS} boards, {len(heard.committed)} alerts in {seconds:.0f} s:"
        f" {len(delays)} of {expected} seen;"
        f" p50 {p50 * 1000:.0f} ms, p99 {p99 * 1000:.0f} ms, longest {delays[-1] * 1000:.0f} ms"
    )


if __name__ == "__main__":
    main()
