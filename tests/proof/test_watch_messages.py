"""The newest message of the watchman, whatever parts are down, still down and back: never less alarming than
the truth, in each language.
"""

from datetime import UTC, datetime, timedelta
from itertools import pairwise, product
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.watch import (
    BLIND,
    DOWN_AFTER,
    PARTS,
    REPEAT,
    TELL_AFTER,
    WELL_AFTER,
    News,
    Part,
    Standing,
    begun_again,
    looked_round,
)
from rules.wording.voice import Language, Voice
from rules.wording.watch import body, subject

AT = datetime(2026, 11, 24, 1, 10, tzinfo=UTC)
OSLO = ZoneInfo("Europe/Oslo")
LOOK = timedelta(seconds=3)
S, MIN = timedelta(seconds=1), timedelta(minutes=1)
LANGUAGES: tuple[Language, ...] = ("nb", "nn", "en")
WORKS = {"nb": "Vaka virker igjen: ", "nn": "Vaka verkar igjen: ", "en": "Vaka works again: "}
STILL = {"nb": "FORTSATT: ", "nn": "FRAMLEIS: ", "en": "STILL: "}
GO_ROUND = {
    "nb": "Gå runden og se til beboerne",
    "nn": "Gå runden og sjå til bebuarane",
    "en": "Go round and see",
}
PHONES = {"nb": "til telefonene", "nn": "til telefonane", "en": "to phones"}


class House:
    """Every part, looked at each three seconds. `unseen`: parts that can't be looked at."""

    def __init__(self) -> None:
        self.now = AT
        self.parts: dict[Part, Standing] = {}
        self.news: list[tuple[datetime, News]] = []

    def goes(self, length: timedelta, *failing: Part, unseen: tuple[Part, ...] = ()) -> list[News]:
        """What was told meanwhile."""
        end, before = self.now + length, len(self.news)
        while self.now < end:
            self.looks(failing, unseen)
        return [news for _, news in self.news[before:]]

    def looks(self, failing: tuple[Part, ...], unseen: tuple[Part, ...] = ()) -> News | None:
        seen = {part: "silent" if part in failing else None for part in PARTS if part not in unseen}
        self.parts, news = looked_round(self.parts, seen, self.now)
        if news is not None:
            self.news.append((self.now, news))
        self.now += LOOK
        return news

    def watchman_restarts(self) -> None:
        written = msgspec.json.encode(self.parts)
        self.parts = begun_again(msgspec.json.decode(written, type=dict[Part, Standing]))


def said(news: News, language: Language, now: datetime = AT) -> str:
    voice = Voice(language, OSLO, now)
    return subject(news, "Solbakken", voice) + "\n" + body(news, voice, None)


def parts_of(news: News, kind: str) -> set[Part]:
    return {tell.part for tell in news.tells if tell.kind == kind}


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "nb",
            (
                "VAKA VIRKER IKKE: Solbakken\n"
                "Vaka svarer ikke siden kl.\N{NO-BREAK SPACE}02.10.\n"
                "Tavla og sidene svarer ikke siden kl.\N{NO-BREAK SPACE}02.10.\n"
                "Nye varsler når kanskje ikke fram. Gå runden og se til beboerne, og ring teknikeren.\n"
            ),
        ),
        (
            "nn",
            (
                "VAKA VERKAR IKKJE: Solbakken\n"
                "Vaka svarar ikkje sidan kl.\N{NO-BREAK SPACE}02.10.\n"
                "Tavla og sidene svarar ikkje sidan kl.\N{NO-BREAK SPACE}02.10.\n"
                "Nye varsel når kanskje ikkje fram. Gå runden og sjå til bebuarane, og ring teknikaren.\n"
            ),
        ),
        (
            "en",
            (
                "VAKA DOES NOT WORK: Solbakken\nVaka does not answer since 02:10.\n"
                "The board and the pages do not answer since 02:10.\n"
                "New alerts may not reach you. Go round and see to the residents, and call the technician.\n"
            ),
        ),
    ],
)
def test_pages_that_stop_after_the_hub_do_not_take_back_that_the_hub_stands_still(
    language: Language, words: str
) -> None:
    house = House()
    assert house.goes(12 * S, "hub") == []
    [first] = house.goes(2 * MIN, "hub", "web")
    assert said(first, language) == words
    [again] = house.goes(5 * MIN, "hub", "web")
    assert said(again, language).startswith(STILL[language])
    assert GO_ROUND[language] in said(again, language)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "nb",
            (
                "FORTSATT: VAKA VIRKER IKKE: Solbakken\n"
                "Sensorene når ikke fram siden kl.\N{NO-BREAK SPACE}02.10.\nVaka svarer igjen.\n"
                "Nye varsler når kanskje ikke fram. Gå runden og se til beboerne, og ring teknikeren.\n"
            ),
        ),
        (
            "nn",
            (
                "FRAMLEIS: VAKA VERKAR IKKJE: Solbakken\n"
                "Sensorane når ikkje fram sidan kl.\N{NO-BREAK SPACE}02.10.\nVaka svarar igjen.\n"
                "Nye varsel når kanskje ikkje fram. Gå runden og sjå til bebuarane, og ring teknikaren.\n"
            ),
        ),
        (
            "en",
            (
                "STILL: VAKA DOES NOT WORK: Solbakken\n"
                "The sensors do not get through since 02:10.\nVaka answers again.\n"
                "New alerts may not reach you. Go round and see to the residents, and call the technician.\n"
            ),
        ),
    ],
)
def test_a_hub_that_is_back_while_sensors_are_not_is_no_all_clear(language: Language, words: str) -> None:
    house = House()
    house.goes(2 * MIN, "hub", "broker")
    [half] = house.goes(2 * MIN, "broker")
    assert said(half, language) == words
    [whole] = house.goes(2 * MIN)
    assert said(whole, language).startswith(WORKS[language])
    assert parts_of(whole, "well") == {"broker"}


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("nb", "Varsler går til telefonene igjen. Ring teknikeren.\n"),
        ("nn", "Varsel går til telefonane igjen. Ring teknikaren.\n"),
        ("en", "Alerts go to phones again. Call the technician.\n"),
    ],
)
def test_a_hub_that_is_back_before_the_pages_calls_phones_again(language: Language, words: str) -> None:
    house = House()
    house.goes(2 * MIN, "hub", "web")
    [half] = house.goes(2 * MIN, "web")
    assert said(half, language).endswith(words)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_hub_that_stops_after_the_pages_is_news_and_not_the_same_as_before(language: Language) -> None:
    house = House()
    [pages] = house.goes(2 * MIN, "web")
    assert PHONES[language] in said(pages, language)
    [both] = house.goes(1 * MIN, "hub", "web")
    assert not said(both, language).startswith(STILL[language])
    assert GO_ROUND[language] in said(both, language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_that_stop_do_not_promise_calls_while_the_hub_has_just_stopped(language: Language) -> None:
    house = House()
    assert house.goes(42 * S, "web") == []
    [news] = house.goes(6 * S, "hub", "web")
    assert parts_of(news, "down") == {"web"}, "the hub may only be slow"
    assert GO_ROUND[language] in said(news, language)
    assert PHONES[language] not in said(news, language)


def test_parts_that_come_back_within_the_same_minute_are_one_all_clear() -> None:
    house = House()
    house.goes(2 * MIN, "hub", "web")
    house.goes(30 * S, "web")
    [news] = house.goes(3 * MIN)
    assert parts_of(news, "down") == set()
    assert parts_of(news, "well") == {"hub", "web"}


def test_a_part_that_goes_down_again_in_the_same_outage_is_told_and_ends_too() -> None:
    house = House()
    house.goes(2 * MIN, "hub", "broker")
    house.goes(2 * MIN, "broker")
    [again] = house.goes(1 * MIN, "hub", "broker")
    assert {(tell.part, tell.again) for tell in again.tells} == {("hub", False), ("broker", True)}
    [whole] = house.goes(2 * MIN)
    assert parts_of(whole, "well") == {"hub", "broker"}


def test_what_is_down_is_repeated_each_five_minutes_in_one_message() -> None:
    house = House()
    house.goes(30 * S, "broker")
    house.goes(21 * MIN, "broker", "store", "web")
    times = [at for at, _ in house.news]
    assert [later - earlier for earlier, later in pairwise(times)] == [REPEAT] * 4
    assert all(parts_of(news, "down") == {"broker", "store", "web"} for _, news in house.news)


def test_a_watchman_that_begins_again_in_an_outage_ends_it_only_after_a_minute_it_saw() -> None:
    house = House()
    house.goes(2 * MIN, "hub", "broker")
    house.goes(30 * S, "broker")
    house.watchman_restarts()
    house.now += timedelta(hours=1)
    [still] = house.goes(3 * S, "broker")
    assert parts_of(still, "down") == {"hub", "broker"}
    assert house.goes(WELL_AFTER - LOOK) == []
    [whole] = house.goes(9 * S)
    assert parts_of(whole, "well") == {"hub", "broker"}


def test_what_cannot_be_looked_at_is_not_well() -> None:
    house = House()
    house.goes(2 * MIN, "hub")
    [both] = house.goes(4 * MIN, "store", unseen=("hub", "alerting"))
    assert parts_of(both, "down") == {"hub", "store"}
    house.goes(30 * S)
    house.goes(3 * MIN, "store", unseen=("hub", "alerting"))
    assert all(not parts_of(news, "well") for _, news in house.news)
    [whole] = house.goes(2 * MIN)
    assert parts_of(whole, "well") == {"hub", "store"}


@pytest.mark.parametrize("first", PARTS)
@pytest.mark.parametrize("second", PARTS)
def test_every_pair_of_parts_however_they_go_down_and_come_back(first: Part, second: Part) -> None:
    for starts, ends in product((0, 12, 48), (6, 30, 63, 120)):
        for other_ends_first in (False, True):
            house = Checked()
            house.goes(starts * S, first)
            house.goes(7 * MIN, first, second)
            house.goes(ends * S, first if other_ends_first else second)
            house.ends()


stretches = st.lists(
    st.tuples(
        st.integers(1, 130),
        st.sets(st.sampled_from(PARTS), max_size=3),
        st.booleans(),
    ),
    max_size=12,
)


@given(stretches)
def test_the_newest_message_is_never_less_alarming_than_the_truth(
    stretches: list[tuple[int, set[Part], bool]],
) -> None:
    house = Checked()
    for looks, failing, restarts in stretches:
        if restarts:
            house.watchman_restarts()
        unseen: tuple[Part, ...] = ("hub", "alerting") if "store" in failing else ()
        for _ in range(looks):
            house.looks(tuple(sorted(failing)), unseen)
    house.ends()


class Checked(House):
    """What must hold after each look and of each message."""

    def __init__(self) -> None:
        super().__init__()
        self.failing_for: dict[Part, timedelta] = dict.fromkeys(PARTS, timedelta())
        self.named: set[Part] = set()
        """Told of as down, and not yet as well."""

    def looks(self, failing: tuple[Part, ...], unseen: tuple[Part, ...] = ()) -> News | None:
        news = super().looks(failing, unseen)
        for part in PARTS:
            seen_failing = part in failing and part not in unseen
            self.failing_for[part] = self.failing_for[part] + LOOK if seen_failing else timedelta()
            if self.failing_for[part] > TELL_AFTER:
                self.the_newest_names(part)
        if news is not None:
            self.is_true(news, {*failing} - {*unseen})
        return news

    def the_newest_names(self, part: Part) -> None:
        at, newest = self.news[-1]
        assert part in parts_of(newest, "down")
        assert self.now - at <= REPEAT, "and again each five minutes"
        if part in BLIND:
            assert GO_ROUND["nb"] in said(newest, "nb")

    def is_true(self, news: News, failing: set[Part]) -> None:
        down = parts_of(news, "down")
        assert down == {part for part, standing in self.parts.items() if standing.is_down}
        assert down >= {part for part in failing if self.failing_for[part] > DOWN_AFTER}
        assert parts_of(news, "well") <= self.named, "only what was told of as down is well again"
        assert not parts_of(news, "well") & failing
        self.named = (self.named | down) - parts_of(news, "well")
        assert self.named == down
        for language in LANGUAGES:
            words = said(news, language)
            assert words.startswith(WORKS[language]) == (not down)
            if not down:
                assert not failing, "works again: only when all is well"
            if (down | failing) & BLIND:
                assert PHONES[language] not in words
                assert GO_ROUND[language] in words

    def ends(self) -> None:
        for _ in range(60):
            self.looks(())
        assert not self.named, "every outage that was told of ends with the all-clear"
        if self.news:
            assert not parts_of(self.news[-1][1], "down")
