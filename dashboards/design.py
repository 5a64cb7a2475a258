"""The design system, shown by itself: every token as tokens.css gives it, and every part that pages are made
of in its states, from the templates and style sheets that the pages use. It can drift from nothing.
"""

from __future__ import annotations

import re
from datetime import timedelta
from functools import cache
from typing import Literal, NamedTuple

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from dashboards.frame import page
from dashboards.live import render_card
from dashboards.pages import STATIC, clock_text, render
from dashboards.views import Card, Line
from dashboards.visit import Visit, Visitor, needs
from rules import wording
from rules.alert import State
from rules.outcomes import OF_CARE
from rules.severity import Severity

pages = APIRouter(
    include_in_schema=False, default_response_class=HTMLResponse, dependencies=[needs("keep own account")]
)
Look = Literal["light", "dark", "night"]
LOOKS: tuple[Look, ...] = ("light", "dark", "night")


class Token(NamedTuple):
    name: str
    value: str


@pages.get("/design")
def show_design(request: Request, visit: Visitor, look: Look | None = None) -> str:
    cards = [
        render_card(made_up(visit, *one), visit.scope, None, alone=True)
        for one in (("high", "open"), ("medium", "accepted"), ("low", "arrived"), ("high", "closed"))
    ]
    coming = made_up(visit, "low", "open")._replace(prewarning=True)
    return page(
        request,
        visit,
        "design/page.html",
        look=look,
        looks=LOOKS,
        measures=measures(),
        colours={one: colours(one) for one in LOOKS},
        cards=[*cards, render_card(coming, visit.scope, None, alone=True)],
    )


@cache
def _given() -> str:
    return (STATIC / "tokens.css").read_text("utf-8")


def measures() -> dict[str, list[Token]]:
    """Type, space, corners and targets, by the first word of their name."""
    block = re.search(r":root \{(.*?)\n\}", _given(), re.DOTALL)
    found: dict[str, list[Token]] = {"text": [], "space": [], "round": []}
    for name, value in re.findall(r"--([\w-]+): ([^;]+);", block[1] if block else ""):
        kind = name.partition("-")[0]
        if kind in found:
            found[kind].append(Token(name, value))
    return found


def colours(look: Look) -> list[Token]:
    block = re.search(rf'\[data-theme="{look}"\] \{{(.*?)\n *\}}', _given(), re.DOTALL)
    pairs = re.findall(r"--([\w-]+): ([^;]+);", block[1] if block else "")
    return [Token(*pair) for pair in pairs if pair[1].startswith(("#", "rgb"))]


def made_up(visit: Visit, severity: Severity, state: State) -> Card:
    """An alert that there is not, of nobody who lives here."""
    zone, language = visit.house.site.zone, visit.language
    voice = wording.Voice(language, zone, visit.now)
    raised = visit.now - timedelta(minutes=4)
    then = visit.now - timedelta(minutes=2)
    who = (visit.person.name, wording.at(then, voice))
    return Card(
        id={"high": 1, "medium": 2, "low": 3}[severity] + (4 if state == "closed" else 0),
        severity=severity,
        state=state,
        prewarning=False,
        rule=_said(visit, "rule"),
        why="",
        room="3B",
        unit="Solsida",
        residents=("Ada Eksempel",),
        raised_at=raised,
        age=wording.length(visit.now - raised, language),
        what=_said(visit, "what"),
        coming=None,
        late=None,
        often=None,
        reopened=None,
        called=None,
        later=None,
        calls=None,
        unreached=None,
        ended=None,
        taken=who if state != "open" else None,
        on_the_way=None,
        hands=True,
        assistance=None,
        asks="",
        more_hands=None,
        asks_again=False,
        wanted=None,
        arrived=who if state == "arrived" else None,
        closed=who if state == "closed" else None,
        owners=(),
        last_by="",
        outcome="helped" if state == "closed" else None,
        outcomes=OF_CARE,
        company=None,
        away=(),
        home=(),
        evidence=(Line(raised, clock_text(raised, zone, language), "", ""),),
    )


def _said(visit: Visit, part: str) -> str:
    return render(visit.language, "design/_what.txt", part=part).strip()
