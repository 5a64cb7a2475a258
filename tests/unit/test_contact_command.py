"""`vaka contact`: what it lists shows no secret."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from hub.__main__ import main
from hub.store import contacts
from hub.store.contacts import Contact
from hub.store.db import transaction
from tests.world import World

SITE = """
site: test
name: Test
units: [{id: sol, name: Solsida}]
rooms: [{id: 1, unit: sol}]
people: [{id: kari, name: Kari, role: carer}]
"""


def test_the_list_tells_the_service_and_never_the_secret_in_its_address(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    now = datetime(2026, 11, 24, 1, 10, tzinfo=UTC)
    house = World(tmp_path, SITE, now)
    with transaction(house.connection):
        contacts.put(house.connection, "test", Contact("kari", "messenger", f"pover://{'s' * 30}@x"), now)
        contacts.put(house.connection, "test", Contact("kari", "email", "kari@example.org"), now)
    house.stop()
    assert main(["contact", "--data", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert sorted(said.splitlines()) == ["kari\temail\tkari@example.org", "kari\tmessenger\tPushover"]
