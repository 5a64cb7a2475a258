"""The hub and its broker's comings and goings: what it holds against it, and what it says in health."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hub.__main__ import main
from hub.mqtt.inbox import BacklogDrained, ConnectionChange
from hub.run import Hub
from hub.settings import read_settings

SITE = """
site: hjem
name: Hjem
units: [{id: u, name: U}]
rooms: [{id: 1A, unit: u}]
residents: [{id: anna, name: Anna Haug, room: 1A}]
devices: [{id: button, room: 1A, role: help_button}]
rules: [{rule: help-button}]
"""


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    (tmp_path / "site.yaml").write_text(SITE)
    monkeypatch.setenv("VAKA_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("VAKA_BROKER", "mqtt://127.0.0.1:1")
    assert main(["import", str(tmp_path / "site.yaml")]) == 0
    hub = Hub(read_settings(), "hjem")
    yield hub
    hub._connection.close()


def test_a_broker_that_comes_and_goes_without_being_heard_is_away(hub: Hub) -> None:
    now = datetime.now(UTC)
    for ago in (130, 80, 30):
        hub._connection_changed(ConnectionChange(False, False, now - timedelta(seconds=ago), "gone"))
        hub._connection_changed(ConnectionChange(True, True, now - timedelta(seconds=ago - 5)))
    hub._go_round()
    assert hub._pipeline.judge.unheard["broker"] == now - timedelta(seconds=130)
    hub._backlog_drained(BacklogDrained("nonce", now))
    hub._go_round()
    assert "broker" not in hub._pipeline.judge.unheard


def test_a_broker_heard_to_the_end_in_between_is_not_away(hub: Hub) -> None:
    now = datetime.now(UTC)
    for ago in (130, 80, 30):
        hub._connection_changed(ConnectionChange(False, False, now - timedelta(seconds=ago), "gone"))
        hub._connection_changed(ConnectionChange(True, True, now - timedelta(seconds=ago - 5)))
        hub._backlog_drained(BacklogDrained("nonce", now - timedelta(seconds=ago - 6)))
    hub._go_round()
    assert "broker" not in hub._pipeline.judge.unheard
