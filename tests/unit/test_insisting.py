"""Whoever came second and wants it their way: the same wish on top of what the other did."""

from datetime import UTC, datetime
from typing import Any

from dashboards.technician.conflict import insist
from hub.site.edits import ChangeDevice, PlaceDevice, RemoveDevice, ReplaceDevice
from hub.store.site_changes import SiteChange

AT = datetime(2026, 11, 24, tzinfo=UTC)


def theirs(id: str, after: dict[str, Any] | None) -> SiteChange:
    return SiteChange("devices", id, None, after, 7, "adm", AT)


def placed(id: str, **keys: str) -> SiteChange:
    return theirs(id, {"id": id, "room": "3B", "role": "motion", **keys})


def test_a_device_that_they_placed_under_the_same_name_is_changed() -> None:
    mine = PlaceDevice("3B bad", "3B", "bathroom_motion", None, "0x01")
    assert insist([mine], [placed("3B bad", address="0x02")]) == [
        ChangeDevice("3B bad", "3B", "bathroom_motion", None, "0x01")
    ]


def test_a_device_of_theirs_that_has_our_address_gives_it_up() -> None:
    mine = PlaceDevice("4B dør", "4B", "door", None, "0x01")
    assert insist([mine], [placed("3B vindu", address="0x01")]) == [RemoveDevice("3B vindu"), mine]


def test_a_device_that_they_removed_is_placed_anew_where_it_was_to_be_changed() -> None:
    mine = ChangeDevice("3B bad", "3B", "toilet", None, "0x01")
    assert insist([mine], [theirs("3B bad", None)]) == [PlaceDevice("3B bad", "3B", "toilet", None, "0x01")]


def test_what_both_wanted_gone_is_gone() -> None:
    assert insist([RemoveDevice("3B bad")], [theirs("3B bad", None)]) == []


def test_a_replacement_stands_as_it_was_wished() -> None:
    mine = ReplaceDevice("3B bad", "0x09")
    assert insist([mine], [placed("3B bad", address="0x02")]) == [mine]
