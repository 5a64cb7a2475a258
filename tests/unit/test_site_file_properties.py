"""Whatever becomes of a site file on its way (an editor, a mail, a cat): an answer, never a trace."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from hub.site.errors import Problem
from hub.site.file import SiteFile, read_site, read_site_bytes
from hub.site.yaml_tree import _read_by_parts, _read_whole, read_tree

EXAMPLE = (Path(__file__).parents[2] / "sites" / "donski-small.yaml").read_text("utf-8")
ROWS = EXAMPLE.split("\n")
SMALL = "\n".join(row for row in ROWS if row and not row.startswith("#"))
SIGNS = "\t|&a |*a|!!x |? |- |: |{|}|[|]|\"|'|>|%YAML 1.1|---|...|#|<<: |null|true|~|@|`|\\x|0x10|1e999|.nan"
UNSEEN = ["|", "\0", "\r", "\x85", "\u2028", "\ufeff", "9" * 400, '"\\UFFFFFFFF"', "password: hunter22\n"]
STRANGE = st.sampled_from([*SIGNS.split("|"), *UNSEEN])
Edit = tuple[int, int, str]
EDITS = st.lists(
    st.tuples(st.integers(0, len(SMALL)), st.integers(0, 40), STRANGE | st.text(max_size=8)),
    min_size=1,
    max_size=5,
)
SOME = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def answer(text: str) -> None:
    found = read_site(text, "site.yaml")
    problems = found.warnings if isinstance(found, SiteFile) else found
    assert isinstance(found, SiteFile) or problems
    if not isinstance(found, SiteFile):
        assert any(problem.severity == "error" for problem in problems)
    lines = text.count("\n") + 1
    for problem in problems:
        assert isinstance(problem, Problem)
        assert 1 <= problem.line <= lines
        assert str(problem).splitlines() == [str(problem)]
        assert str(problem).startswith(f"site.yaml:{problem.line}: ")
        assert problem.wrong.strip()
        assert problem.expected.strip()
        assert "hunter22" not in str(problem)


@SOME
@given(EDITS)
def test_a_site_file_with_parts_overwritten_has_an_answer_with_lines_of_the_file(edits: list[Edit]) -> None:
    text = SMALL
    for at, length, instead in edits:
        text = text[:at] + instead + text[at + length :]
    answer(text)


@SOME
@given(
    st.lists(st.tuples(st.integers(0, len(ROWS) - 1), st.integers(0, len(ROWS) - 1)), min_size=1, max_size=4)
)
def test_a_site_file_with_lines_moved_and_doubled_has_an_answer(moves: list[tuple[int, int]]) -> None:
    rows = SMALL.split("\n")
    for source, target in moves:
        rows.insert(target % len(rows), rows[source % len(rows)])
    answer("\n".join(rows))


WORDS = ["1A", "solsikka", "quiet", "5 min", "22:00-07:00"]
NAMES = ["id", "rule", "kind", "measure", "value", "a"]
VALUES = st.recursive(
    st.none() | st.booleans() | st.text(max_size=6) | st.sampled_from(WORDS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=3),
    max_leaves=6,
)


def flow(value: object) -> str:
    """A value as YAML on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {flow(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(flow(inner) for inner in value) + "]"
    if isinstance(value, str):
        return "'" + "".join(c for c in value if c.isprintable()).replace("'", "''") + "'"
    return {None: "null", True: "true", False: "false"}[value]  # type: ignore[index]


KEYS = ["site", "time_zone", "gateways", "units", "rooms", "residents", "devices", "people", "rules"]


@SOME
@given(st.sampled_from(KEYS), VALUES)
def test_any_value_at_any_key_of_a_site_has_an_answer(key: str, value: object) -> None:
    parts = {
        "site": "x",
        "name": "X",
        "units": [{"id": "a", "name": "A"}],
        "rooms": [{"id": "1", "unit": "a"}],
    }
    answer("\n".join(f"{k}: {flow(v)}" for k, v in {**parts, key: value}.items()))


INNER = [
    (
        "residents",
        {"id": "b", "name": "B", "room": "1"},
        ["id", "name", "room", "moved_in", "moved_out", "rules"],
    ),
    ("devices", {"id": "d", "room": "1", "role": "door"}, ["id", "room", "role", "gateway", "address"]),
    ("people", {"id": "p", "name": "P", "role": "carer"}, ["id", "name", "role", "units", "language"]),
    ("gateways", {"id": "g"}, ["id", "kind", "topic"]),
    (
        "rules",
        {"rule": "quiet"},
        ["rule", "id", "rooms", "units", "kind", "name", "why", "signs", "after", "severity"],
    ),
    (
        "rules",
        {"rule": "own", "kind": "event", "name": "N", "why": "W"},
        ["when", "window", "even_if_late", "vkp"],
    ),
    ("rules", {"rule": "not-up"}, ["from", "by", "for_residents", "signs", "from_"]),
    ("rules", {"rule": "not-back"}, ["doors", "signs", "by_day", "by_night", "night", "exit_delay"]),
]


@SOME
@given(st.data())
def test_any_value_at_any_key_of_a_part_has_an_answer(data: st.DataObject) -> None:
    section, part, keys = data.draw(st.sampled_from(INNER))
    changed = {**part, data.draw(st.sampled_from(keys)): data.draw(VALUES)}
    text = "site: x\nname: X\nunits: [{id: a, name: A}]\nrooms: [{id: '1', unit: a}]\n"
    answer(f"{text}{section}:\n  - {flow(changed)}\n")


@SOME
@given(st.binary(max_size=200))
def test_any_bytes_at_all_have_an_answer(data: bytes) -> None:
    found = read_site_bytes(data, "site.yaml")
    assert isinstance(found, list)
    assert all(1 <= problem.line <= data.count(b"\n") + 1 for problem in found)


@pytest.mark.parametrize(
    "strange", ["[" * 100_000, "{a: " * 20_000, "- " * 20_000, "a: " + "x" * 1_000_000, "? " * 20_000]
)
def test_a_file_made_to_exhaust_the_reader_has_an_answer_in_seconds(strange: str) -> None:
    answer(strange)


@settings(SOME, max_examples=300)
@given(EDITS)
@example([(0, 18, "\t")])
@example([(0, 0, "# \x01\n")])
@example([(SMALL.index("rooms:"), 6, "rooms: # \x01")])
@example([(SMALL.index("rooms:"), 6, "rooms:\n\t# a tab")])
@example([(SMALL.index("rooms:"), 6, "rooms: # \ufeff")])
def test_a_site_file_read_part_by_part_says_what_it_says_read_whole(edits: list[Edit]) -> None:
    text = SMALL
    for at, length, instead in edits:
        text = text[:at] + instead + text[at + length :]
    by_parts = _read_by_parts(text)
    assert by_parts is None or by_parts == _read_whole(text)


def test_our_own_site_file_is_read_part_by_part() -> None:
    assert _read_by_parts(EXAMPLE) is not None
    assert _read_by_parts(EXAMPLE.replace("\n", "\r\n")) == _read_whole(EXAMPLE.replace("\n", "\r\n"))


def test_who_changes_what_was_read_does_not_change_what_is_read_next() -> None:
    first = read_tree(EXAMPLE).value
    first["residents"][1]["rules"].clear()
    assert read_tree(EXAMPLE).value["residents"][1]["rules"] == {"not-up": {"from": "08:00", "by": "12:00"}}
