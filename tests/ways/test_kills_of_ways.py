"""The same kills (test_kills.py) around a phone, a pager and a messenger: a push service that speaks RFC
8030, a real Mosquitto and a messenger's server take what the dying hub sends.
"""

import json
import os
import shutil
import sqlite3
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from hub import summons
from hub.phones import Phones
from hub.store import contacts
from hub.store.contacts import Contact
from hub.store.db import transaction
from hub.store.phones import Phone
from hub.ways.push_address import OwnServer
from tests.servers import Mosquitto
from tests.ways.push_service import Device, PushService, new_device, push_service
from tests.ways.receivers import web_address
from tests.ways.test_kills import Summoners
from tests.ways.test_signs import Corridor
from tests.world import World

pytestmark = [pytest.mark.slow, pytest.mark.broker, pytest.mark.timeout(300)]

SITE = """
site: test
name: Solbakken
units: [{id: sol, name: Solsida}]
rooms: [{id: 1, unit: sol}]
devices: [{id: button 1, room: 1, role: help_button, gateway: native}]
people: [{id: kari, name: Kari, role: carer}]
rules: [{rule: help-button}]
"""


def prepare(folder: Path, service: PushService, device: Device, messenger: str) -> Path:
    """A database with one alert, for which Kari was not written to yet by any of her three ways."""
    began = datetime.now(UTC)
    house = World(folder, SITE, began)
    summons.begin(house.connection, "test")
    own = OwnServer("localhost", service.port, service.ca)
    keys = (device.public, device.auth)
    phone = Phones(house.connection, house.site, house.clock).switch_on(
        "kari", service.endpoint("kari"), keys, "Pixel", own
    )
    assert isinstance(phone, Phone)
    with transaction(house.connection):
        for way, address in (("pager", "pager-7"), ("messenger", messenger)):
            contacts.put(
                house.connection, "test", Contact("kari", way, address), began + timedelta(seconds=1)
            )
    house.says("button 1", pressed="single")
    house.stop()
    return house.database


@pytest.mark.parametrize("moment", ["before_commit", "after_commit", "before_send", "after_send"])
def test_killed_at_each_moment_a_phone_a_pager_and_a_messenger_get_what_is_theirs(
    tmp_path: Path, mosquitto: Mosquitto, moment: str
) -> None:
    device, corridor = new_device(), Corridor(mosquitto)
    with push_service(tmp_path / "push") as service, web_address() as (messenger, url):
        server = f"gotify://{urlsplit(url).netloc}"
        messenger.default = 200
        (tmp_path / "first").mkdir()
        first = prepare(tmp_path / "first", service, device, f"{server}/AbCdEfGhIjKlMnO")
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("VAKA_")},
            "VAKA_BROKER": f"mqtt://{mosquitto.username}@127.0.0.1:{mosquitto.port}",
            "VAKA_BROKER_PASSWORD_FILE": str(mosquitto.password_file),
            "VAKA_PUSH_SERVER": f"localhost:{service.port}",
            "VAKA_PUSH_SERVER_CA": str(service.ca),
            "VAKA_MESSENGERS": server,
        }
        summoners = Summoners(environment)
        kills, repeated = 0, Counter[str]()
        while True:
            folder = tmp_path / f"{moment}-{kills + 1}"
            folder.mkdir()
            for file in (tmp_path / "first").glob("*"):
                shutil.copy(file, folder / file.name)
            service.taken.clear()
            messenger.requests.clear()
            corridor.heard.clear()
            if not summoners.run(folder, moment, kills + 1):
                break
            kills += 1
            assert not summoners.run(folder, moment, 0)
            rows = stored(folder / first.name)
            assert set(rows) == {"webpush", "pager", "messenger"}
            receipts = Counter(json.loads(device.reads(body))["receipt"] for _, _, body in service.taken)
            # What confirms it is of each sending, and of the one message.
            assert {receipt.split(".")[1] for receipt in receipts} == {str(rows["webpush"])}
            corridor.until(lambda: pages(corridor) != Counter(), "the pager")
            assert set(pages(corridor)) == {f"vaka-test-{rows['pager']}"}
            said = Counter(body for _, body in messenger.requests)
            assert len(said) == 1, "the same words each time"
            for way, times in (("webpush", receipts), ("pager", pages(corridor)), ("messenger", said)):
                repeated[way] += sum(times.values()) - 1
        summoners.end()
    corridor.leave()
    print(f"{moment}: killed {kills} times, came twice: {dict(repeated)}")
    assert kills >= 3
    assert (
        moment != "after_send" or repeated.total() >= 2
    )  # all three are under way at once: which, is chance


def pages(corridor: Corridor) -> Counter[str]:
    topic = "vaka/test/pagers/pager-7"
    return Counter(json.loads(payload)["id"] for where, payload in corridor.heard if where == topic)


def stored(database: Path) -> dict[str, int]:
    """The number of each message by its way, all of which are marked as sent."""
    connection = sqlite3.connect(database)
    rows = connection.execute("SELECT way, id, sent_at, next_at FROM summons").fetchall()
    connection.close()
    assert all(sent is not None and waits is None for _, _, sent, waits in rows)
    assert len(rows) == 3
    return {way: id for way, id, _, _ in rows}
