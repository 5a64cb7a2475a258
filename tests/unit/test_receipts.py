"""In whatever order receipts come and however often, the ladder tells the same."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub import summons
from hub.store import contacts, receipts, summonses
from hub.store.contacts import Contact
from hub.store.db import transaction
from rules.receipts import FOLLOWS, PROVES, RECEIPTS, Ladder, Rung, noted
from tests.world import World

NIGHT = datetime(2026, 11, 24, 1, 10, tzinfo=UTC)
MIN = timedelta(minutes=1)
SITE = """
site: test
name: Solbakken
units: [{id: sol, name: Solsida}]
rooms: [{id: 3B, unit: sol}]
devices: [{id: 3B button, room: 3B, role: help_button, gateway: native}]
rules: [{rule: help-button, rooms: [3B]}]
people: [{id: kari, name: Kari, role: carer}, {id: siri, name: Siri, role: carer}]
"""

came = st.lists(st.tuples(st.sampled_from(RECEIPTS), st.integers(0, 60)), max_size=8)


@given(came)
def test_no_receipt_moves_a_ladder_down_and_the_first_of_each_kind_counts(
    came: list[tuple[str, int]],
) -> None:
    ladder, rungs = Ladder(), get_args(Rung)
    for receipt, minute in came:
        before = ladder
        ladder, reason = noted(before, receipt, NIGHT + minute * MIN)  # type: ignore[arg-type]
        assert rungs.index(ladder.rung) >= rungs.index(before.rung)
        assert getattr(ladder, receipt) is not None
        for one in RECEIPTS:
            assert getattr(before, one) in (None, getattr(ladder, one)), "what was noted stays"
        assert (reason == "known") == (ladder == before)
        assert (reason == "further") == (ladder.rung != before.rung)
        for one in RECEIPTS:
            if getattr(ladder, one) is not None:
                assert all(getattr(ladder, proved) is not None for proved in PROVES[one])


@given(came)
def test_the_order_in_which_receipts_come_changes_nothing_of_how_far_it_came(
    came: list[tuple[str, int]],
) -> None:
    def all_noted(order: list[tuple[str, int]]) -> Ladder:
        ladder = Ladder()
        for receipt, minute in order:
            ladder = noted(ladder, receipt, NIGHT + minute * MIN).ladder  # type: ignore[arg-type]
        return ladder

    there, back = all_noted(came), all_noted(came[::-1])
    assert there.rung == back.rung
    assert [getattr(there, one) is None for one in RECEIPTS] == [
        getattr(back, one) is None for one in RECEIPTS
    ]


def test_the_table_leads_never_down() -> None:
    rungs = get_args(Rung)
    assert all(rungs.index(after) >= rungs.index(before) for (before, _), after in FOLLOWS.items())


@pytest.fixture
def house(tmp_path: Path):  # type: ignore[no-untyped-def]
    made = World(tmp_path, SITE, NIGHT)
    summons.begin(made.connection, "test")
    with transaction(made.connection):
        for person in ("kari", "siri"):
            contacts.put(made.connection, "test", Contact(person, "email", f"{person}@example.org"), NIGHT)
    made.says("3B button", pressed="single")
    while summons.follow(made.connection, made.site, None, made.clock.now()):
        pass
    yield made
    made.stop()


def test_who_takes_the_alert_has_accepted_and_seen_and_the_others_have_not(house: World) -> None:
    alert = house.alert("help-button").id
    house.desk.accept(alert, "kari")
    kari, siri = summonses.of_alert(house.connection, alert)
    assert kari.ladder.rung == "accepted"
    assert (kari.seen_at, kari.accepted_at, kari.sent_at) == (NIGHT, NIGHT, None)
    assert siri.ladder == Ladder()


def test_a_receipt_that_comes_before_the_hub_had_marked_it_ends_the_waiting(house: World) -> None:
    first = summonses.of_alert(house.connection, house.alert("help-button").id)[0]
    with transaction(house.connection):
        assert receipts.note_delivered(house.connection, first.id, NIGHT)
        assert not receipts.note_delivered(house.connection, first.id, NIGHT + MIN)
    after = summonses.of_alert(house.connection, first.alert)[0]
    assert (after.next_at, after.sent_at, after.delivered_at) == (None, NIGHT, NIGHT)


def test_seen_on_the_board_does_not_keep_the_message_from_going_out(house: World) -> None:
    alert = house.alert("help-button").id
    with transaction(house.connection):
        assert receipts.note_seen(house.connection, alert, "kari", NIGHT) == 1
    kari, siri = summonses.of_alert(house.connection, alert)
    assert (kari.seen_at, kari.next_at) == (NIGHT, NIGHT)
    assert siri.seen_at is None
