"""What counts as a sign of life: that somebody did something, not that a sensor says the same once more."""

from datetime import UTC, date, datetime, timedelta

from msgspec.structs import replace

from devices.reading import Reading, Value
from hub.site.file import SiteFile, read_site
from rules.absence import stirs
from rules.catalogue import catalogue
from rules.judge import Judge
from rules.life import is_sign_of_life
from rules.rulebook import rulebook

START = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
SITE = """\
site: x
name: X
units: [{id: u, name: U}]
rooms: [{id: 1A, unit: u}]
residents: [{id: b1, name: Kari, room: 1A}]
devices:
  - {id: bed, room: 1A, role: bed, gateway: native}
  - {id: motion, room: 1A, role: motion, gateway: native}
rules: [{rule: quiet, after: 12 h, prewarning: 10 min}]
"""


def findings(device: str, measure: str, value: Value, every: timedelta) -> list[tuple[str, timedelta]]:
    """What is found in 14 hours in which one device repeats itself, and how long after the start."""
    site = read_site(SITE, "site.yaml")
    assert isinstance(site, SiteFile)
    judge = Judge(rulebook(site.site, catalogue(), date(2026, 11, 23)))
    found = []
    at = START
    while at <= START + timedelta(hours=14):
        found += judge.tick(at)
        found += judge.judge(Reading(device, measure, value, at, at))[1]
        at += every
    return [(finding.kind, finding.at - START) for finding in found]


def test_a_bed_that_reports_the_same_every_half_hour_is_no_sign_of_life() -> None:
    assert findings("bed", "in_bed", True, timedelta(minutes=30)) == [
        ("prewarned", timedelta(hours=12)),
        ("raised", timedelta(hours=12, minutes=10)),
    ]


def test_a_motion_sensor_that_sees_motion_once_more_is_one() -> None:
    assert findings("motion", "motion", True, timedelta(minutes=30)) == []


def test_a_buttons_first_press_is_one_and_a_doors_first_word_may_be_old() -> None:
    press = Reading("cord", "pressed", "single", START, START)
    assert is_sign_of_life(press, "first")
    shut = Reading("door", "open", False, START, START)
    assert [is_sign_of_life(shut, standing) for standing in ("first", "repeat", "late", "new")] == [
        False,
        False,
        False,
        True,
    ]
    seen = Reading("hall", "motion", True, START, START)
    assert is_sign_of_life(seen, "repeat")
    assert not is_sign_of_life(replace(seen, cached=True), "repeat")
    assert not is_sign_of_life(replace(seen, snapshot=True), "new")


def test_the_first_press_in_an_empty_flat_shows_that_somebody_is_there() -> None:
    press = Reading("cord", "pressed", "single", START, START)
    assert stirs(press, "first", START - timedelta(hours=1))
