"""The demo's colleague: takes what nobody takes, and leaves alone what somebody has."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hub.alerting import take
from hub.clock import ReadingsClock
from hub.demo.colleague import Colleague
from hub.demo.preparation import COLLEAGUE, put_in_force
from hub.desk import Desk
from hub.settings import Settings
from hub.store import alerts
from hub.store.db import connect, transaction
from hub.store.sites import NoSiteError
from rules.alert import Alert, Concern
from rules.finding import Finding

BEGAN = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)


class Shift:
    """A demo with one open alert, and a clock that goes on when told."""

    def __init__(self, folder: Path) -> None:
        settings = Settings(data=folder)
        self.site = put_in_force(settings).site
        self.connection = connect(settings.database)
        self.clock = ReadingsClock(BEGAN)
        self.desk = Desk(self.connection, self.site, self.clock)
        self.colleague = Colleague(settings, self.site, COLLEAGUE, self.clock)
        finding = Finding("help-button", "1A", "raised", BEGAN, "happened", "1A knapp")
        with transaction(self.connection):
            alert = take(self.connection, self.site, finding, Concern("high", "solsikka", ("b101",)), BEGAN)
        assert alert is not None
        self.id = alert.id

    def alert(self) -> Alert:
        found = alerts.get(self.connection, self.site, self.id)
        assert found is not None
        return found

    def states_over(self, length: timedelta) -> list[str]:
        """The alert's states one after another, while the colleague looks every ten seconds."""
        seen = [self.alert().state]
        end = self.clock.now() + length
        while self.clock.now() < end:
            self.clock.advance(self.clock.now() + timedelta(seconds=10))
            self.colleague.look(self.connection, self.desk)
            if self.alert().state != seen[-1]:
                seen.append(self.alert().state)
        return [str(state) for state in seen]


@pytest.fixture
def shift(tmp_path: Path) -> Iterator[Shift]:
    shift = Shift(tmp_path)
    yield shift
    shift.connection.close()


def test_what_nobody_takes_for_three_minutes_the_colleague_takes_and_closes(shift: Shift) -> None:
    assert shift.states_over(timedelta(minutes=2, seconds=50)) == ["open"]
    assert shift.states_over(timedelta(minutes=2)) == ["open", "accepted", "arrived", "closed"]
    assert (shift.alert().closed_by, shift.alert().outcome) == (COLLEAGUE, "helped")


@pytest.mark.parametrize("step", ["accept", "arrive"])
def test_what_somebody_has_taken_the_colleague_leaves_to_them(shift: Shift, step: str) -> None:
    getattr(shift.desk, step)(shift.id, "kari")
    assert len(shift.states_over(timedelta(minutes=9))) == 1


def test_a_database_is_left_to_its_own_installation(tmp_path: Path) -> None:
    connection = connect(tmp_path / "vaka.db")
    connection.execute("INSERT INTO site_version VALUES (1, 'real-house', '', 0, 'somebody')")
    connection.close()
    with pytest.raises(NoSiteError, match="belongs to real-house; expected an empty folder"):
        put_in_force(Settings(data=tmp_path))
