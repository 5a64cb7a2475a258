"""The weeks before the demo began: lived through the engine, seen to by its people, and quickly there."""

from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest

from hub.demo.batteries import level
from hub.demo.past import SETTLED, live_through
from hub.demo.preparation import house, put_in_force
from hub.demo.weeks import CHANGED, silences, weeks
from hub.history.embedded import EmbeddedHistory
from hub.quality_reports import missing
from hub.settings import Settings
from hub.store import alerts, outbox, sites
from hub.store.db import connect
from rules.alert import Alert

SITE = house().site
NOON = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    settings = Settings(data=tmp_path_factory.mktemp("demo"))
    put_in_force(settings)
    assert live_through(settings, SITE, NOON, 30, 7) > 20_000
    return settings


def test_the_same_seed_is_the_same_weeks_and_who_changes_does_so_in_the_last_of_them() -> None:
    one, same, other = (weeks(SITE, Random(seed), NOON - 40 * DAY, NOON) for seed in (1, 1, 2))
    assert one == same
    assert one != other
    visits = [s.at for s in one if s.device == "1A bad" and s.value is True and 0 <= s.at.hour < 5]
    late = [at for at in visits if at >= NOON - CHANGED]
    assert len(late) / (CHANGED / DAY) > 1.5 * (len(visits) - len(late)) / (40 - CHANGED / DAY)


def test_nothing_is_heard_of_what_nobody_could_hear(lived: Settings) -> None:
    connection = connect(lived.database)
    history = EmbeddedHistory(connection, lived.database, SITE)
    (sensor, gateway) = silences(SITE, NOON)
    assert sensor.until is not None
    assert gateway.until is not None
    device = sensor.what.removeprefix("device:")
    assert not list(history.readings([device], sensor.since, sensor.until))
    assert list(history.readings([device], sensor.until, NOON))
    named = [d.id for d in SITE.devices if SITE.gateway_of(d) == gateway.what.removeprefix("gateway:")]
    assert not list(history.readings(named, gateway.since, gateway.until))
    connection.close()


def test_every_alert_was_seen_to_by_somebody_and_nothing_waits_to_be_sent(lived: Settings) -> None:
    connection = connect(lived.database)
    assert alerts.open_alerts(connection, SITE.site) == []
    closed = alerts.recent(connection, SITE.site, NOON - 40 * DAY)
    assert len(closed) > 40
    assert {alert.outcome for alert in closed} == {"helped", "no_help_needed", "false_alarm"}
    assert {"help-button", "door-open", "night-exit"} <= {alert.rule for alert in closed}
    assert all(a.accepted_at and a.arrived_at and a.closed_at and a.accepted_at < a.closed_at for a in closed)
    assert outbox.waiting(connection, SITE.site, 10) == []
    connection.close()


@pytest.fixture(scope="module")
def call() -> tuple[int, datetime]:
    """A seed with a call for help on the day of `NOON`, and when that is."""
    evening = NOON + timedelta(hours=11)
    for seed in range(100):
        for one in weeks(SITE, Random(seed), evening - 3 * DAY, evening):
            if one.measure == "pressed" and one.at > NOON:
                return seed, one.at
    raise AssertionError


def alerts_at(folder: Path, now: datetime, seed: int) -> tuple[list[Alert], set[datetime]]:
    """Those open in a demo that begins then, and when buttons were pressed in its history."""
    settings = Settings(data=folder)
    put_in_force(settings)
    live_through(settings, SITE, now, 3, seed)
    buttons = [device.id for device in SITE.devices if device.role == "help_button"]
    with closing(connect(settings.database)) as connection:
        history = EmbeddedHistory(connection, settings.database, SITE)
        heard = history.readings(buttons, now - 4 * DAY, now)
        return alerts.open_alerts(connection, SITE.site), {r.at for r in heard if r.measure == "pressed"}


@pytest.mark.parametrize("minutes", [1, 3, 10, 40])
def test_whoever_begins_soon_after_a_call_for_help_finds_nobodys_alert_half_done(
    tmp_path: Path, call: tuple[int, datetime], minutes: int
) -> None:
    seed, pressed = call
    still_open, heard = alerts_at(tmp_path, pressed + SETTLED + timedelta(minutes=minutes), seed)
    assert (still_open, pressed in heard) == ([], True)


@pytest.mark.parametrize("minutes", [1, 31, 40])
def test_nobody_calls_just_before_the_demo_begins(
    tmp_path: Path, call: tuple[int, datetime], minutes: int
) -> None:
    seed, pressed = call
    still_open, heard = alerts_at(tmp_path, pressed + timedelta(minutes=minutes), seed)
    assert (still_open, pressed in heard) == ([], False)


def test_the_hub_was_the_houses_all_along_so_that_its_last_whole_month_is_reported(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    put_in_force(settings, 75)
    put_in_force(settings, 75)
    now = datetime.now(UTC)
    with closing(connect(settings.database)) as connection:
        [(_, _, at)] = sites.numbers(connection)
        assert timedelta(0) <= now - 75 * DAY - at < timedelta(minutes=5)
        last = (now.astimezone(SITE.zone).date().replace(day=1) - DAY).replace(day=1)
        due = {unit for unit, month in missing(connection, SITE, now) if month == last}
    assert due == {unit.id for unit in SITE.units}


def test_a_house_that_was_lived_in_is_left_as_it_is(lived: Settings) -> None:
    assert live_through(lived, SITE, NOON, 30, 8) == 0


def test_a_battery_falls_and_is_changed_where_it_is_empty() -> None:
    levels = [level("1A bad", NOON + n * DAY) for n in range(900)]
    assert all(0 < one <= 100 for one in levels)
    rises = sum(later > earlier for earlier, later in pairwise(levels))
    assert 1 <= rises <= 6
