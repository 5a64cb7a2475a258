"""What is said of an alert, word for word, in both languages."""

from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest

from rules import wording
from rules.alert import Alert, Concern, act, concern_of, found, opened
from rules.building import Site
from rules.catalogue import catalogue
from rules.finding import Evidence, Finding
from rules.protection import NOT_HEARD, Why
from rules.rulebook import Rulebook, Watch, rulebook
from rules.watch import PART_DOWN, WATCH_GONE
from rules.wording import Language, Voice
from rules.wording.audit import detail_of

SITE = Site.model_validate(
    {
        "site": "test",
        "name": "Test",
        "units": [{"id": "u", "name": "U"}],
        "rooms": [{"id": "3B", "unit": "u"}],
        "residents": [{"id": "r", "name": "Ragna", "room": "3B", "rules": {"out-of-bed": {}}}],
        "devices": [
            {"id": "outer", "room": "3B", "role": "outer_door"},
            {"id": "fridge", "room": "3B", "role": "fridge"},
            {"id": "bath", "room": "3B", "role": "bathroom_motion"},
            {"id": "bed", "room": "3B", "role": "bed"},
            {"id": "cord", "room": "3B", "role": "help_button"},
            {"id": "floor", "room": "3B", "role": "leak_detector"},
            {"id": "faller", "room": "3B", "role": "fall_detector"},
        ],
        "rules": [{"rule": name} for name in catalogue() if name != "smoke"],
    }
)
BOOK: Rulebook = rulebook(SITE, catalogue(), date(2026, 3, 2))
NIGHT = datetime(2026, 3, 2, 1, 10, tzinfo=UTC)  # 02:10 in Oslo
NOW = NIGHT + timedelta(minutes=20)


def voice(language: Language, now: datetime = NOW) -> Voice:
    return Voice(language, SITE.zone, now)


def watch(rule: str) -> Watch:
    return BOOK.watches[rule, "3B"]


def raised(
    rule: str,
    evidence: Evidence | None,
    at: datetime = NIGHT,
    found_at: datetime | None = None,
    kind: str = "raised",
) -> Alert:
    heard = (evidence,) if evidence is not None else ()
    finding = Finding(rule, "3B", "prewarned" if kind == "prewarned" else "raised", at, "test", None, heard)
    return opened(finding, "test", concern_of(watch(rule)), found_at or at)


def said(alert: Alert, language: Language = "nb", now: datetime = NOW) -> str:
    words = wording.what_happened(alert, watch(alert.rule).rule, SITE, voice(language, now))
    return words.replace("\N{NO-BREAK SPACE}", " ")


def opened_door(at: datetime = NIGHT, is_open: bool = True) -> Evidence:
    return Evidence("outer", "open", is_open, at)


@pytest.mark.parametrize(
    ("rule", "evidence", "nb", "en"),
    [
        (
            "night-exit",
            opened_door(),
            "Ytterdøra ble åpnet kl. 02.10.",
            "The outer door was opened at 02:10.",
        ),
        (
            "door-open",
            opened_door(NIGHT - timedelta(minutes=5)),
            "Ytterdøra har stått åpen siden kl. 02.05.",
            "The outer door has been open since 02:05.",
        ),
        (
            "quiet",
            Evidence("bath", "motion", True, NIGHT - timedelta(hours=6, minutes=7)),
            "Ingen livstegn siden i går kl. 20.03.",
            "No sign of life since yesterday at 20:03.",
        ),
        ("not-up", None, "Ingen livstegn i dag innen kl. 02.10.", "No sign of life today by 02:10."),
        (
            "not-back",
            opened_door(NIGHT - timedelta(minutes=15)),
            "Gikk trolig ut kl. 01.55 og er ikke hørt inne siden.",
            "Probably went out at 01:55 and has not been heard inside since.",
        ),
        (
            "help-button",
            Evidence("cord", "pressed", "single", NIGHT),
            "Hjelpeknappen ble trykket inn kl. 02.10.",
            "The help button was pressed at 02:10.",
        ),
        (
            "fall",
            Evidence("faller", "fall", "suspected", NIGHT),
            "Mulig fall registrert kl. 02.10.",
            "Possible fall noticed at 02:10.",
        ),
        (
            "fall",
            Evidence("faller", "fall", "confirmed", NIGHT),
            "Fall registrert kl. 02.10.",
            "Fall noticed at 02:10.",
        ),
    ],
)
def test_each_kind_of_rule_says_what_happened(rule: str, evidence: Evidence | None, nb: str, en: str) -> None:
    alert = raised(rule, evidence)
    assert (said(alert), said(alert, "en")) == (nb, en)


def test_an_older_day_is_said_with_its_date() -> None:
    alert = raised("night-exit", opened_door())
    assert said(alert, now=NOW + timedelta(days=5)) == "Ytterdøra ble åpnet 2. mars kl. 02.10."
    assert (
        said(alert, "en", NOW + timedelta(days=400)) == "The outer door was opened on 2 March 2026 at 02:10."
    )


def test_the_night_the_clocks_go_forward_is_told_by_the_clock_on_the_wall() -> None:
    at = datetime(2026, 3, 29, 1, 10, tzinfo=UTC)  # 02:10 does not exist that night
    assert "kl. 03.10" in said(raised("night-exit", opened_door(at), at), now=at)


def test_what_was_found_late_says_how_late() -> None:
    late = raised("night-exit", opened_door(), found_at=NIGHT + timedelta(hours=5, minutes=50))
    now = NIGHT + timedelta(hours=6)
    assert (
        wording.how_late(late, voice("nb", now))
        == "Oppdaget kl.\N{NO-BREAK SPACE}08.00, 5 t 50 min for sent."
    )
    assert wording.how_late(late, voice("en", now)) == "Found at 08:00, 5 h 50 min late."
    assert wording.how_late(raised("night-exit", opened_door()), voice("nb")) is None


def test_a_prewarning_says_when_it_becomes_an_alert() -> None:
    early = raised("quiet", Evidence("bath", "motion", True, NIGHT - timedelta(hours=12)), kind="prewarned")
    words = wording.what_is_coming(early, watch("quiet").rule, voice("nb", NIGHT))
    assert words == "Forvarsel: blir varsel kl.\N{NO-BREAK SPACE}02.20 hvis det fortsatt er stille."


def test_a_prewarning_that_a_sign_of_life_has_put_off_says_no_time_that_has_gone_by() -> None:
    rule = watch("quiet").rule
    sign = Evidence("bath", "motion", True, NIGHT + timedelta(minutes=2))
    early = raised("quiet", sign, kind="prewarned")
    taken = act(early, "arrive", "kari", NIGHT).alert
    calm = found(
        taken, Finding("quiet", "3B", "cleared", sign.at, "sign of life"), concern_of(watch("quiet"))
    )
    assert wording.what_is_coming(calm.alert, rule, voice("nb")) == "Forvarsel."
    again = Finding("quiet", "3B", "prewarned", NIGHT + timedelta(minutes=40), "quiet so long")
    anew = found(calm.alert, again, concern_of(watch("quiet"))).alert
    later = wording.what_is_coming(anew, rule, voice("nb", again.at))
    assert later == "Forvarsel: blir varsel kl.\N{NO-BREAK SPACE}03.00 hvis det fortsatt er stille."
    blind = voice("nb", again.at + timedelta(minutes=21))
    assert wording.what_is_coming(anew, rule, blind) == "Forvarsel.", "put off: nobody could hear"


def test_repeats_are_counted_and_the_end_is_told() -> None:
    alert = raised("night-exit", opened_door())
    again, end = NIGHT + timedelta(minutes=3), NIGHT + timedelta(minutes=4)
    concern = concern_of(watch("night-exit"))
    for kind, at, is_open in (("raised", again, True), ("cleared", end, False)):
        finding = Finding("night-exit", "3B", kind, at, "test", "outer", (opened_door(at, is_open),))  # type: ignore[arg-type]
        alert = found(alert, finding, concern).alert
    assert wording.how_often(alert, voice("en")) == "Happened 2 times, last at 02:13."
    ended = wording.how_it_ended(alert, watch("night-exit").rule, SITE, voice("nb"))
    assert ended == "Lukket igjen kl.\N{NO-BREAK SPACE}02.14."
    assert said(alert) == "Ytterdøra ble åpnet kl. 02.10."


def test_things_are_called_what_they_are() -> None:
    lines = [
        (Evidence("fridge", "open", True, NIGHT), "Kjøleskapet ble åpnet"),
        (Evidence("bath", "motion", True, NIGHT), "Bevegelse på badet"),
        (Evidence("bed", "in_bed", False, NIGHT), "Gikk ut av senga"),
        (Evidence("nobody knows", "open", False, NIGHT), "Døra ble lukket"),
        (Evidence("bath", "temperature", 21.5, NIGHT), "temperature: 21.5"),
    ]
    for evidence, expected in lines:
        assert wording.what_was_heard(evidence, SITE, voice("nb")) == expected


def test_a_rule_that_is_gone_from_the_site_still_has_its_alert_told() -> None:
    alert = raised("night-exit", opened_door())
    assert wording.what_happened(alert, None, SITE, voice("en")) == "The outer door was opened at 02:10."
    assert wording.name_of(alert, None, voice("en")) == "Outer door opened at night"
    own = msgspec.structs.replace(alert, rule="stuck-bath")
    assert wording.name_of(own, None, voice("nb")) == "Stuck bath"


def over(rule: str, began: Evidence, ended: Evidence) -> tuple[str, str, str, str]:
    """What is said of an alert that is over, in both languages: how it began, and how it ended."""
    finding = Finding(rule, "3B", "cleared", ended.at, "test", ended.device, (ended,))
    alert = found(raised(rule, began), finding, concern_of(watch(rule))).alert
    nb, en = (wording.how_it_ended(alert, watch(rule).rule, SITE, voice(v)) for v in ("nb", "en"))
    assert nb is not None
    assert en is not None
    return said(alert), nb.replace("\N{NO-BREAK SPACE}", " "), said(alert, "en"), en


END = NIGHT + timedelta(minutes=5)


@pytest.mark.parametrize(
    ("rule", "began", "ended", "words"),
    [
        (
            "door-open",
            opened_door(),
            opened_door(END, is_open=False),
            (
                "Ytterdøra sto åpen fra kl. 02.10.",
                "Lukket igjen kl. 02.15.",
                "The outer door was open from 02:10.",
                "Closed again at 02:15.",
            ),
        ),
        (
            "out-of-bed",
            Evidence("bed", "in_bed", False, NIGHT),
            Evidence("bed", "in_bed", True, END),
            (
                "Var ute av senga fra kl. 02.10.",
                "Tilbake i senga kl. 02.15.",
                "Was out of bed from 02:10.",
                "Back in bed at 02:15.",
            ),
        ),
        (
            "not-back",
            opened_door(),
            Evidence("bath", "motion", True, END),
            (
                "Gikk trolig ut kl. 02.10 og ble ikke hørt inne.",
                "Hørt inne igjen kl. 02.15.",
                "Probably went out at 02:10 and was not heard inside.",
                "Heard inside again at 02:15.",
            ),
        ),
        (
            "fall",
            Evidence("faller", "fall", "confirmed", NIGHT),
            Evidence("faller", "fall", "cleared", END),
            (
                "Fall registrert kl. 02.10.",
                "Reiste seg kl. 02.15.",
                "Fall noticed at 02:10.",
                "Got up at 02:15.",
            ),
        ),
        (
            "leak",
            Evidence("floor", "leak", True, NIGHT),
            Evidence("floor", "leak", False, END),
            (
                "Vannlekkasje registrert kl. 02.10.",
                "Ikke mer vann siden kl. 02.15.",
                "Water leak noticed at 02:10.",
                "No more water since 02:15.",
            ),
        ),
    ],
)
def test_what_is_over_is_told_in_the_past_tense(
    rule: str, began: Evidence, ended: Evidence, words: tuple[str, str, str, str]
) -> None:
    assert over(rule, began, ended) == words


OPENED, SHUT = NIGHT - timedelta(minutes=5), NIGHT + timedelta(minutes=1)
AGAIN, SHUT_AGAIN = NIGHT + timedelta(minutes=4), NIGHT + timedelta(minutes=12)


def came_again(*heard: tuple[str, datetime, Evidence], rule: str = "door-open") -> Alert:
    """The first of them raises it."""
    (_, at, evidence), *later = heard
    alert = raised(rule, evidence, at)
    for kind, at, evidence in later:
        finding = Finding(rule, "3B", kind, at, "test", evidence.device, (evidence,))  # type: ignore[arg-type]
        alert = found(alert, finding, concern_of(watch(rule))).alert
    return alert


def closed(alert: Alert) -> Alert:
    done = act(alert, "close", "kari", NIGHT + timedelta(minutes=30), "no_help_needed")
    return done.alert


def test_a_door_that_was_shut_and_opened_again_has_been_open_since_the_second_time() -> None:
    first = ("raised", NIGHT, opened_door(OPENED))
    shut = ("cleared", SHUT, opened_door(SHUT, is_open=False))
    second = ("raised", AGAIN + timedelta(minutes=5), opened_door(AGAIN))
    alert = came_again(first, shut, second)
    assert [said(alert, language) for language in ("nb", "nn", "en")] == [
        "Ytterdøra har stått åpen siden kl. 02.14.",
        "Ytterdøra har stått open sidan kl. 02.14.",
        "The outer door has been open since 02:14.",
    ]
    assert wording.how_often(alert, voice("en")) == "Happened 2 times, last at 02:19."
    assert said(closed(alert)) == "Ytterdøra sto åpen fra kl. 02.14."
    over = came_again(first, shut, second, ("cleared", SHUT_AGAIN, opened_door(SHUT_AGAIN, is_open=False)))
    assert said(over) == "Ytterdøra sto åpen fra kl. 02.14."
    assert [said(closed(over), language) for language in ("nb", "nn", "en")] == [
        "Ytterdøra sto åpen fra kl. 02.14 til kl. 02.22.",
        "Ytterdøra stod open frå kl. 02.14 til kl. 02.22.",
        "The outer door was open from 02:14 to 02:22.",
    ]
    later = NOW + timedelta(days=1)
    assert said(closed(over), now=later) == "Ytterdøra sto åpen fra i går kl. 02.14 til kl. 02.22."
    assert said(closed(over), "en", later) == "The outer door was open from yesterday at 02:14 to 02:22."


def test_a_silence_that_came_again_is_told_from_the_last_sign_of_life() -> None:
    signs = [Evidence("bath", "motion", True, NIGHT + timedelta(hours=hours)) for hours in (-12, 1, 14)]
    first = ("raised", NIGHT, signs[0])
    over = ("cleared", signs[1].at, signs[1])
    now = NIGHT + timedelta(hours=15)
    again = came_again(first, over, ("raised", NIGHT + timedelta(hours=13), signs[1]), rule="quiet")
    assert said(again, now=now) == "Ingen livstegn siden kl. 03.10."
    assert said(closed(again), now=now) == "Ingen livstegn fra kl. 03.10."
    ended = came_again(
        first,
        over,
        ("raised", NIGHT + timedelta(hours=13), signs[1]),
        ("cleared", signs[2].at, signs[2]),
        rule="quiet",
    )
    assert said(closed(ended), "en", now) == "No sign of life from 03:10 to 16:10."


def test_what_only_people_closed_is_not_told_as_if_it_lasted() -> None:
    heard = [
        ("out-of-bed", Evidence("bed", "in_bed", False, NIGHT), "Var ute av senga fra kl. 02.10."),
        ("not-back", opened_door(), "Gikk trolig ut kl. 02.10 og ble ikke hørt inne."),
    ]
    for rule, evidence, words in heard:
        assert said(closed(raised(rule, evidence))) == words


def test_a_morning_without_a_sign_of_life_is_told_with_its_day() -> None:
    morning = raised("not-up", None)
    assert said(morning) == "Ingen livstegn i dag innen kl. 02.10."
    assert said(morning, now=NOW + timedelta(days=1)) == "Ingen livstegn i går innen kl. 02.10."
    assert said(morning, "en", NOW + timedelta(days=1)) == "No sign of life yesterday by 02:10."
    assert said(morning, "en", NOW + timedelta(days=5)) == "No sign of life on 2 March by 02:10."


def test_what_could_not_be_heard_is_told_in_the_past_tense_once_it_can() -> None:
    concern = Concern("medium", "u", ())
    for rule, part, still, was in (
        (
            NOT_HEARD,
            "device:bath",
            "Ingen kontakt med sensoren «bath» siden kl. 02.14.",
            "Ingen kontakt med sensoren «bath» fra kl. 02.14 til kl. 02.22.",
        ),
        (
            PART_DOWN,
            "web",
            "Tavla og sidene svarer ikke siden kl. 02.14.",
            "Tavla og sidene svarte ikke fra kl. 02.14 til kl. 02.22.",
        ),
        (
            WATCH_GONE,
            "test",
            "Ingen merker om Vaka stopper: vaktposten er taus siden kl. 02.14.",
            "Ingen ville ha merket om Vaka stoppet: vaktposten var taus fra kl. 02.14 til kl. 02.22.",
        ),
    ):
        alert = opened(Finding(rule, part, "raised", NIGHT, "test"), "test", concern, NIGHT)
        for kind, at in (("cleared", SHUT), ("raised", AGAIN)):
            alert = found(alert, Finding(rule, part, kind, at, "test"), concern).alert  # type: ignore[arg-type]

        def words(alert: Alert) -> str:
            return wording.what_happened(alert, None, SITE, voice("nb")).replace("\N{NO-BREAK SPACE}", " ")

        assert words(alert) == still
        over = found(alert, Finding(rule, part, "cleared", SHUT_AGAIN, "test"), concern).alert
        assert words(closed(over)) == was


@pytest.mark.parametrize("event", ["arrival_overdue", "raised_anew", "closing_overdue"])
def test_why_an_alert_is_open_again_is_said_in_both_languages(event: str) -> None:
    nb, en = (wording.why_open_again(event, NIGHT, voice(v)) for v in ("nb", "en"))
    assert nb.endswith("; varselet ble åpnet igjen kl.\N{NO-BREAK SPACE}02.10.")
    assert en.endswith("; the alert was opened again at 02:10.")


@pytest.mark.parametrize("cause", ["no_rule", "no_sensor", "never_heard", "not_heard"])
def test_every_reason_for_not_being_watched_over_has_words(cause: str) -> None:
    why = Why(cause, "gateway:z2m" if cause == "not_heard" else "x")  # type: ignore[arg-type]
    nb, en = (wording.why_not_covered(why, {}, voice(language)) for language in ("nb", "en"))  # type: ignore[arg-type]
    assert nb
    assert en
    assert nb != en


@pytest.mark.parametrize(
    ("span", "nb"),
    [
        (timedelta(seconds=40), "40 s"),
        (timedelta(minutes=12, seconds=59), "12 min"),
        (timedelta(hours=5, minutes=50), "5 t 50 min"),
        (timedelta(hours=5), "5 t"),
        (timedelta(days=2, hours=3), "2 d 3 t"),
        (-timedelta(seconds=5), "0 s"),
    ],
)
def test_lengths_are_said_in_two_units_at_most(span: timedelta, nb: str) -> None:
    assert wording.length(span, "nb") == nb


def test_what_an_entry_of_the_audit_trail_is_about_is_said_in_words() -> None:
    assert detail_of("address", "10.0.0.7", "nb") == "fra 10.0.0.7"
    assert (detail_of("how", "password", "nb"), detail_of("how", "passkey", "en")) == (
        "med passord",
        "by passkey",
    )
    assert detail_of("units", ["sol", "nord"], "nn") == "avdelingar sol, nord"
    assert (detail_of("note", "", "nb"), detail_of("units", [], "nb")) == ("", "")
    assert detail_of("shown", ["well", "away"], "nb") == "om alt er bra, om de er borte"
    assert detail_of("earlier", [3], "nb") == "tidligere varsler 3"
    assert detail_of("something_new", 3, "nb") == "something new 3"
