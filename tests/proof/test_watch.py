"""What the watchman makes of what it sees, by the second."""

from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

from hub.store import health
from hub.store.db import connect, transaction
from hub.watch.look import hub_trouble
from rules.watch import PARTS, REPEAT, Standing, Tell, all_well, looked

AT = datetime(2026, 11, 24, 1, 10, tzinfo=UTC)
LOOK = timedelta(seconds=3)
MIN = timedelta(minutes=1)


class Watched:
    """The hub, looked at each three seconds."""

    def __init__(self) -> None:
        self.now, self.standing = AT, Standing()
        self.told: list[tuple[int, Tell]] = []

    def is_(self, trouble: str | None, length: timedelta) -> None:
        end = self.now + length
        while self.now < end:
            self.standing, tell = looked("hub", self.standing, trouble, self.now)
            if tell is not None:
                self.told.append((int((self.now - AT).total_seconds()), tell))
            self.now += LOOK

    @property
    def said(self) -> list[tuple[int, str, bool]]:
        return [(at, tell.kind, tell.again) for at, tell in self.told]


def test_a_part_that_is_down_is_told_of_within_the_minute_and_again_until_it_is_well() -> None:
    hub = Watched()
    hub.is_("silent", 11 * MIN)
    assert hub.said == [(45, "down", False), (345, "down", True), (645, "down", True)]
    hub.is_(None, 5 * MIN)
    assert hub.said[3:] == [(720, "well", False)]
    assert hub.standing == Standing()


def test_a_slow_look_is_no_outage_and_a_short_one_is_told_to_nobody() -> None:
    hub = Watched()
    hub.is_("slow", timedelta(seconds=9))
    assert not hub.standing.is_down
    hub.is_(None, MIN)
    hub.is_("restarted", timedelta(seconds=30))
    assert hub.standing.is_down, "the pages show it"
    hub.is_(None, 5 * MIN)
    assert hub.said == []


def test_a_part_that_starts_with_the_watchman_has_24_s_before_it_is_down() -> None:
    standing = Standing()
    for second in range(0, 30, 3):
        standing, _ = looked("web", standing, "no answer yet", AT + timedelta(seconds=second), starting=True)
        assert standing.is_down == (second >= 24)
    assert standing.down_since == AT, "an outage began where it began"
    after, _ = looked("web", standing, "no answer yet", AT + timedelta(seconds=30), starting=True)
    assert after.is_down, "what is down stays down until it is well"


def test_a_part_that_comes_and_goes_is_one_outage_told_at_most_each_five_minutes() -> None:
    hub = Watched()
    for _ in range(20):
        hub.is_("silent", timedelta(seconds=30))
        hub.is_(None, timedelta(seconds=30))
    downs = [at for at, kind, _ in hub.said if kind == "down"]
    assert [kind for _, kind, _ in hub.said] == ["down"] * len(downs), "no all-clear in between"
    assert len(downs) == 4
    assert all(b - a >= REPEAT.total_seconds() for a, b in pairwise(downs))
    hub.is_(None, 2 * MIN)
    assert hub.said[-1][1] == "well"


def test_an_outside_watchman_hears_only_when_every_part_is_well() -> None:
    well = dict.fromkeys(PARTS, Standing())
    assert all_well(well)
    for part in PARTS:
        assert not all_well({**well, part: Standing("slow", AT)}), "in doubt it hears nothing"
        assert not all_well({other: Standing() for other in PARTS if other != part})


def test_a_clock_set_back_in_the_middle_of_an_outage_silences_nobody() -> None:
    hub = Watched()
    hub.is_("silent", 2 * MIN)
    hub.now -= timedelta(days=30)
    hub.is_("silent", 6 * MIN)
    assert [kind for _, kind, _ in hub.said] == ["down", "down", "down"]


def test_a_hub_whose_last_word_lies_ahead_is_not_taken_for_alive(tmp_path: Path) -> None:
    with closing(connect(tmp_path / "vaka.db")) as connection:
        with transaction(connection):
            health.say(connection, "test", "hub", "ok", AT)
        assert hub_trouble(connection, "test", AT + timedelta(seconds=1)) is None
        assert hub_trouble(connection, "test", AT - timedelta(hours=1)) is not None
