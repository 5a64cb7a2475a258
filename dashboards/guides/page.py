"""`/help`: the guides, read without signing in. They say nothing of any house."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request, Response
from fastapi.responses import HTMLResponse

from dashboards.guides.text import PATH, WRITTEN, Guide, blocks_of, file_of, html_of, title_of
from dashboards.pages import render
from dashboards.pdf import pdf
from dashboards.reader import home_of
from dashboards.visit import language_of, theme_of
from rules.wording import Language

ON_THE_WALL: Guide = "carer"
pages = APIRouter(prefix=PATH, include_in_schema=False, default_response_class=HTMLResponse)


def wanted_language(request: Request, language: Language | None = None) -> Language:
    """What the link says that led here: the language of whoever follows it, or of the house. Without one that
    of whoever is signed in here.
    """
    if language is None:
        home_of(request)  # after that their language is known
    return language or language_of(request, None)


In = Annotated[Language, Depends(wanted_language)]


@pages.get("")
def show_all(request: Request, language: In) -> str:
    titles = {guide: title_of(guide, language) for guide in WRITTEN}
    home, theme = home_of(request), theme_of(request)
    return render(language, "guides/all.html", titles=titles, home=home, theme=theme)


@pages.get("/carer.pdf")
def print_the_sheet(language: In) -> Response:
    """One page of A4 for the duty room's wall."""
    return Response(_sheet(language), media_type="application/pdf")


@pages.get("/{guide}")
def show(request: Request, guide: str, language: In) -> str:
    known = next((one for one in WRITTEN if one == guide), None)
    if known is None:
        raise HTTPException(404, "there is no such guide")
    return render(
        language,
        "guides/guide.html",
        guide=known,
        title=title_of(known, language),
        text=html_of(known, language),
        others={one: title_of(one, language) for one in WRITTEN if one != known},
        home=home_of(request),
        sheet=known == ON_THE_WALL,
        theme=theme_of(request),
    )


@cache
def _sheet(language: Language) -> bytes:
    written = datetime.fromtimestamp(file_of(ON_THE_WALL, language).stat().st_mtime, UTC)
    said = {
        "language": language,
        "title": title_of(ON_THE_WALL, language),
        "blocks": blocks_of(ON_THE_WALL, language),
    }
    return pdf("guide", said, written)
