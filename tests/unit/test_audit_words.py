"""What the audit trail's entries are about has its words in Norwegian: each detail that the code writes."""

import ast
from collections.abc import Iterable, Iterator
from typing import get_args

import pytest

from dashboards import sessions
from dashboards.access import ACTS, ONLY_PEOPLE
from dashboards.audit.view import PASSED_OVER
from dashboards.technician import inbox
from devices import asking
from hub.activity import Trend
from hub.site.file import SECTIONS
from hub.store import gateway_requests, trend_reviews
from hub.store.phones import WAY
from hub.ways import ADDRESSES
from rules import absence, duty, relatives, trial
from rules.building import PersonRole
from rules.event import EVENTS
from rules.language import Language
from rules.wording.audit import NAMES, SAID_BY_THE_ENTRY, detail_of
from rules.wording.audit_values import VALUES
from tests.servers import ROOT

FILES = [path for room in ("hub", "dashboards") for path in sorted((ROOT / room).rglob("*.py"))]


def keys_of(function: ast.AST, said: ast.expr) -> Iterator[str]:
    """Of a detail: those of the dict itself, or of what the function has put under its name."""
    if isinstance(said, ast.Dict):
        yield from (key.value for key in said.keys if isinstance(key, ast.Constant))
    elif isinstance(said, ast.BinOp):
        yield from (key for side in (said.left, said.right) for key in keys_of(function, side))
    elif isinstance(said, ast.Name):
        for node in ast.walk(function):
            targets = node.targets if isinstance(node, ast.Assign) else ()
            if isinstance(node, ast.AnnAssign | ast.AugAssign) and node.value is not None:
                targets = (node.target,)
            for target in targets:
                if isinstance(target, ast.Name) and target.id == said.id:
                    yield from keys_of(ast.Module([], []), node.value)  # type: ignore[attr-defined]
                if not isinstance(target, ast.Subscript) or not isinstance(target.slice, ast.Constant):
                    continue
                if isinstance(target.value, ast.Name) and target.value.id == said.id:
                    yield str(target.slice.value)


def writers() -> Iterator[tuple[ast.FunctionDef, ast.Call, str]]:
    for path in FILES:
        for function in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(function, ast.FunctionDef):
                continue
            for call in ast.walk(function):
                if isinstance(call, ast.Call) and ast.unparse(call.func) == "audit.add":
                    yield function, call, path.name


def written() -> Iterator[tuple[str, str]]:
    for function, call, file in writers():
        yield from ((key, file) for key in keys_of(function, call.args[-1]))


def words_in(value: ast.expr) -> Iterator[str]:
    """Those that the code puts there itself: alone, or where there is nothing else to put."""
    parts = value.values if isinstance(value, ast.BoolOp) else [value]
    for part in [value.body, value.orelse] if isinstance(value, ast.IfExp) else parts:
        if isinstance(part, ast.Constant) and isinstance(part.value, str) and part.value:
            yield part.value


def written_out() -> Iterator[tuple[str, str]]:
    """Each detail that the code gives a word of its own, with that word."""
    for function, _, _ in writers():
        for said in ast.walk(function):
            if isinstance(said, ast.Dict):
                for key, value in zip(said.keys, said.values, strict=True):
                    if isinstance(key, ast.Constant) and key.value in NAMES:
                        yield from ((str(key.value), word) for word in words_in(value))


def test_every_detail_that_the_audit_trail_is_given_has_a_word() -> None:
    found = sorted(set(written()))
    known = {*NAMES, *PASSED_OVER, *SAID_BY_THE_ENTRY}
    assert len(found) > 60
    assert [f"{key} ({path})" for key, path in found if key not in known] == []


CAN_BE: dict[str, Iterable[str]] = {
    "acts": set(ACTS) - ONLY_PEOPLE,
    "ask": asking.ACTS,
    "away: reason": absence.REASONS,
    "away changed: reason": absence.REASONS,
    "categories": get_args(relatives.Category),
    "device ignored: reason": inbox.REASONS,
    "events": EVENTS,
    "function": get_args(duty.Function),
    "given_by": get_args(relatives.GivenBy),
    "how": (*get_args(sessions.How), *get_args(relatives.How)),
    "opinion": get_args(trend_reviews.Opinion),
    "parts": SECTIONS,
    "quiet": ("none",),
    "role": get_args(PersonRole),
    "shown": get_args(relatives.Category),
    "state": get_args(gateway_requests.State),
    "trend": get_args(Trend),
    "verdict": get_args(trial.Verdict),
    "way": (*ADDRESSES, WAY),
}
"""What a detail may be, where the code says which values there are."""
ITS_OWN = {
    *("absent_until", "added", "address", "arrived", "away_from", "back_by", "by_email", "chain", "changed"),
    *("characters", "codec", "device", "due", "earlier", "ends_at", "erased", "erasure", "file", "followed"),
    *(
        "from",
        "gathered_for",
        "gateway",
        "instead_of",
        "integration",
        "invited_by",
        "key",
        "lost",
        "marks",
        "month",
        "name",
    ),
    *("note", "of", "opened_by", "owner", "paused_at", "phone", "plan", "reads_only", "record", "relative"),
    *(
        "links",
        "removed",
        "request",
        "room",
        "rows",
        "rule",
        "shift",
        "shifts",
        "starts_at",
        "test",
        "to",
        "topic",
    ),
    *("unit", "units", "until", "upto", "version", "was", "week"),
    "gap",  # rules/wording/reach.py has its words
}
"""Names, numbers, days, what somebody wrote: there is no list of them."""
BOTH = {"person", "said", "reason", "why"}
"""Somebody's own words, or one of a few that the code puts there."""


def test_every_value_that_the_code_can_write_has_a_word() -> None:
    known = {(name, value) for name, words in VALUES.items() for value in words}
    wanted = {(name, value) for name, values in CAN_BE.items() for value in values}
    assert wanted - known == set()
    out = set(written_out())
    assert {("why", "PIN"), ("person", "(unknown)")} <= out
    assert out - known == set()
    assert {name for name in VALUES if name not in CAN_BE} == {"person", "said", "why"}


def test_of_every_detail_it_is_decided_whether_its_values_are_words_of_ours() -> None:
    closed = {name for name in CAN_BE if ": " not in name} - SAID_BY_THE_ENTRY
    assert set(NAMES) == closed | ITS_OWN | BOTH
    assert len(NAMES) == len(closed) + len(ITS_OWN) + len(BOTH), "each in one of them"


@pytest.mark.parametrize(
    ("language", "parts", "ask", "family"),
    [
        ("nb", "deler enhet 3B bad, beboer r1", "spurt om gi nytt navn a b", "hos familien"),
        ("nn", "delar eining 3B bad, bebuar r1", "spurt om gi nytt namn a b", "hos familien"),
        ("en", "parts device 3B bad, resident r1", "asked for rename a b", "with family"),
    ],
)
def test_values_are_said_and_what_somebody_wrote_stays_as_it_is(
    language: Language, parts: str, ask: str, family: str
) -> None:
    assert detail_of("parts", ["devices 3B bad", "residents r1"], language) == parts
    assert detail_of("ask", {"type": "rename", "device": "a", "to": "b"}, language) == ask
    assert detail_of("reason", "family", language, "away").endswith(family)
    assert detail_of("reason", "family", language, "paused").endswith(" family"), "as somebody wrote it"
