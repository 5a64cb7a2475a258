"""The page that explains the calls to who builds a program; the types of problems lead here. Nobody needs to
be signed in: it says nothing of any house.
"""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from dashboards.api.refusal import EXPLAINED_AT, KINDS
from dashboards.pages import render
from dashboards.reader import home_of
from dashboards.visit import address_of_pages, language_of, theme_of
from rules.wording.problems import title_of_problem

pages = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@pages.get(EXPLAINED_AT)
def show(request: Request) -> str:
    home_of(request)  # after that the language of whoever is signed in here is known
    language = language_of(request, None)
    return render(
        language,
        "integrations/help.html",
        kinds=[(status, kind, title_of_problem(kind, language)) for status, kind in KINDS.items()],
        address=address_of_pages(request).rstrip("/"),
        theme=theme_of(request),
    )
