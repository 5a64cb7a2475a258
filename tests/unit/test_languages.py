"""The three languages that Vaka speaks: what is said in one is said in all."""

import ast
import re
from datetime import date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from babel.messages.pofile import read_po

from dashboards.language import NAMES, asked_for, translations
from dashboards.pages import clock_text, day_text
from dashboards.pictures.times import day_name
from hub.walk_test import WalkTests
from rules.catalogue import catalogue
from rules.health.thresholds import fault_rules
from rules.language import LANGUAGES, Language, Text
from rules.pause import Refusal
from rules.proof import RULE_OF_PROOF
from rules.reach import Gap
from rules.wording import Voice, day, refusals, refused_of_devices, since
from rules.wording.reach import hours_in_words
from rules.wording.refusals import refusal_text
from rules.wording.relatives import weekday
from tests.spoken import ROOT, WORDING, bokmål_of, modules
from tests.web.house import DOCUMENT
from tests.world import World

OSLO = ZoneInfo("Europe/Oslo")
PLACES = re.compile(r"\{[^}]*\}")
SAYS_WHICH = {
    "rules/language.py",
    "rules/wording/voice.py",
    "dashboards/language.py",
    "rules/wording/reasons.py",
}


def ours() -> list[Path]:
    return [
        file
        for room in ("devices", "rules", "hub", "dashboards")
        for file in (ROOT / room).rglob("*.py")
        if "node_modules" not in file.parts
    ]


def said_in_nynorsk(module: str) -> dict[str, str]:
    file = WORDING / "nn" / f"{module}.po"
    messages = read_po(BytesIO(file.read_bytes()), locale="nn") if file.exists() else ()
    return {str(m.id): str(m.string) for m in messages if m.id and m.string}


@pytest.mark.parametrize("module", modules())
def test_nynorsk_of_a_module_keeps_the_places_of_its_words(module: str) -> None:
    said = said_in_nynorsk(module).items()
    assert [nb for nb, nn in said if sorted(PLACES.findall(nb)) != sorted(PLACES.findall(nn))] == []


@pytest.mark.parametrize("module", modules())
def test_all_that_a_module_says_is_said_in_nynorsk_and_nothing_is_left_over(module: str) -> None:
    """A pair's nynorsk stands in rules/wording/nn/<module>.po by its bokmål: docs/language.md."""
    assert set(bokmål_of(module)) == set(said_in_nynorsk(module))


def test_no_module_says_a_word_in_another_way_than_the_others() -> None:
    said: dict[str, set[str]] = {}
    for module in modules():
        for nb, nn in said_in_nynorsk(module).items():
            said.setdefault(nb, set()).add(nn)
    assert {nb: ways for nb, ways in said.items() if len(ways) > 1} == {}


def test_every_named_rule_and_fault_has_its_nynorsk() -> None:
    rules = (*catalogue().values(), *fault_rules().values(), RULE_OF_PROOF)
    texts = [text for rule in rules for text in (rule.name, rule.why)]
    goals = [rule.goal for rule in catalogue().values() if rule.goal is not None]
    texts += [text for goal in goals for text in (goal.reminder, goal.praise)]
    assert [text.nb for text in texts if text.nn is None] == []


def test_nowhere_else_is_it_decided_by_the_name_of_one_language_what_is_said() -> None:
    """`language == "nb"` leaves the third out: words go through `say`, styles through `norwegian`."""
    found = []
    for file in ours():
        if str(file.relative_to(ROOT)) in SAYS_WHICH:
            continue
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if not isinstance(node, ast.Compare):
                continue
            sides = [node.left, *node.comparators]
            if any(isinstance(side, ast.Constant) and side.value in LANGUAGES for side in sides):
                found.append(f"{file.relative_to(ROOT)}:{node.lineno}")
    assert found == []


def test_what_names_its_texts_by_language_names_all_of_them() -> None:
    found = []
    for file in ours():
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Dict):
                keys = {key.value for key in node.keys if isinstance(key, ast.Constant)}
                if keys & set(LANGUAGES) and not keys >= set(LANGUAGES):
                    found.append(f"{file.relative_to(ROOT)}:{node.lineno}")
    assert found == []


def test_bokmål_stands_in_where_a_site_gives_no_nynorsk() -> None:
    text = Text(nb="Lenge på badet", en="Long in the bathroom")
    assert [text.said(language) for language in LANGUAGES] == [
        "Lenge på badet",
        "Lenge på badet",
        "Long in the bathroom",
    ]
    assert Text.model_validate("3B").said("nn") == "3B"


def test_each_language_is_called_what_its_readers_call_it() -> None:
    assert NAMES == {"nb": "Bokmål", "nn": "Nynorsk", "en": "English"}


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("nn-NO,nn;q=0.9,en;q=0.5", "nn"),
        ("en;q=0.5, nb;q=0.8, nn;q=0.9", "nn"),
        ("no", "nb"),
        ("de-DE,de;q=0.9,en;q=0.1", "en"),
        ("nn;q=0, nb", "nb"),
        ("nn;q=x, en", "en"),
        ("de", None),
        ("", None),
    ],
)
def test_a_program_is_answered_in_the_language_that_it_likes_best(header: str, language: str | None) -> None:
    assert asked_for(header) == language


@pytest.mark.parametrize(("number", "said"), [(0, "bebuarar"), (1, "bebuar"), (2, "bebuarar")])
def test_nynorsk_has_one_and_many(number: int, said: str) -> None:
    words = translations("nn").ngettext("%(num)s resident", "%(num)s residents", number)
    assert words % {"num": number} == f"{number} {said}"


def test_days_have_their_nynorsk_names_everywhere() -> None:
    saturday = datetime(2026, 11, 28, 2, 10, tzinfo=OSLO)
    voice = Voice("nn", OSLO, saturday)
    assert day_text(saturday, OSLO, "nn") == day(saturday, voice) == "laurdag 28. november"
    assert clock_text(saturday, OSLO, "nn", seconds=True) == "02.10.00"
    assert day_name(date(2026, 11, 23), "nn") == "måndag 23. november"
    assert weekday(date(2026, 11, 24), "nn") == "tysdag"
    evening = saturday.replace(hour=22, minute=0)
    gap = Gap("sol", "nobody_on_duty", "", (evening,), (), ((evening, evening + timedelta(hours=1)),))
    assert hours_in_words(gap, voice).split() == ["la", "28.11.", "22–23"]
    english = Voice("en", OSLO, saturday)
    assert hours_in_words(gap, english).split() == ["Sat", "28", "Nov", "22–23"]
    assert since(saturday - timedelta(days=1), voice) == "sidan i går kl.\N{NO-BREAK SPACE}02.10"


def refused_by_the_hub() -> list[tuple[str, str]]:
    """(where, code) of each that rules and hub may answer people with; the command line is English."""
    found = []
    for file in ours():
        tree, where = ast.parse(file.read_text("utf-8")), str(file.relative_to(ROOT))
        if where.startswith(("dashboards", "hub/commands", "rules/wording")) or not any(
            (
                isinstance(node, ast.ImportFrom)
                and node.module == "rules.pause"
                and any(name.name == "Refusal" for name in node.names)
            )
            or (isinstance(node, ast.ClassDef) and (node.name, where) == ("Refusal", "rules/pause.py"))
            for node in tree.body
        ):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Refusal":
                code = node.args[1] if len(node.args) > 1 else ast.Constant("")
                if isinstance(code, ast.Constant):
                    found.append((f"{where}:{node.lineno}", str(code.value)))
    return found


def test_every_refusal_of_the_hub_has_words_of_its_own() -> None:
    found, known = refused_by_the_hub(), refusals._WORDS.keys() | refused_of_devices._FORMS.keys()
    assert len(found) > 40
    assert [one for one in found if one[1] not in known] == []


@pytest.mark.parametrize(
    ("language", "stranger", "long"),
    [
        ("nb", "Bare ansatte i huset kan det.", "En prøve varer høyst 15 minutter."),
        ("nn", "Berre tilsette i huset kan det.", "Ei prøve varer høgst 15 minutt."),
        ("en", "Only the house's own staff can do that.", "A test lasts 15 minutes at most."),
    ],
)
def test_who_pauses_or_tests_and_may_not_is_told_so_in_their_own_words(
    tmp_path: Path, language: Language, stranger: str, long: str
) -> None:
    world = World(tmp_path, DOCUMENT, datetime(2026, 11, 24, 11, tzinfo=OSLO))
    tests = WalkTests(world.connection, world.site, world.clock)
    until = world.clock.now() + timedelta(hours=1)
    refused = (
        (world.pauses.pause("door-open", "1A", "ukjent", "maler", until), stranger),
        (world.pauses.pause_device("1A stue", "ukjent", "byttes", until), stranger),
        (tests.start("1A stue", "ukjent"), stranger),
        (tests.start("1A stue", "tor", timedelta(hours=9)), long),
    )
    for refusal, said in refused:
        assert isinstance(refusal, Refusal)
        assert refusal_text(refusal, language) == said
    world.stop()
