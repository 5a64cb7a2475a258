"""The page of one's own phones: to be called on this one, to see which others there are, and to try them."""

from __future__ import annotations

from typing import NamedTuple

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from dashboards.api.phones import phones_of
from dashboards.frame import page
from dashboards.pace import TEST_MESSAGES, paced
from dashboards.pages import render
from dashboards.views import voice_of
from dashboards.visit import OurForm, Visit, Visitor, clock_of, settings_of
from hub.contact_trial import outcome
from hub.store import phones
from hub.store.phones import Phone, State
from hub.ways.push_key import public_key
from rules import wording
from rules.pause import Refusal
from rules.wording import Voice

PATH = "/phone"
pages = APIRouter(prefix=PATH, include_in_schema=False, default_response_class=HTMLResponse)


class Row(NamedTuple):
    """One phone. `delivered`: when it last said that a message had come; empty: never. `lost`: it is called
    no longer. `state`: how it stands (hub/store/phones.py); `since`: since when.
    """

    id: str
    device: str
    added: str
    delivered: str
    lost: bool
    state: State
    since: str


@pages.get("")
def show(request: Request, visit: Visitor, notice: str = "") -> str:
    said = render(visit.language, "_phone_notice.txt", said=notice).strip()
    key = public_key(settings_of(request).data) or ""
    return page(request, visit, "phone.html", rows=_rows(visit), key=key, notice=said)


@pages.post("/{id}/remove", dependencies=[OurForm])
def remove(request: Request, visit: Visitor, id: str) -> Response:
    if not phones_of(request, visit).switch_off(visit.person.id, id):
        raise HTTPException(404)
    return RedirectResponse(f"{PATH}?notice=removed", 303)


@pages.post("/{id}/test", dependencies=[OurForm, paced(TEST_MESSAGES)])
def test(request: Request, visit: Visitor, id: str) -> Response:
    """For a browser without scripts; with them the page asks by the call, and waits until it has arrived."""
    if id not in {row.id for row in _rows(visit)}:
        raise HTTPException(404)
    asked = phones_of(request, visit).test(visit.person.id, id, visit.language)
    done = asked if isinstance(asked, Refusal) else outcome(visit.connection, asked, clock_of(request))
    return RedirectResponse(f"{PATH}?notice={'sent' if done is None else 'not-sent'}", 303)


def _since(phone: Phone, voice: Voice) -> str:
    """Of one that is refused `since 19:28`; of one that is silent, the time of the test."""
    if phone.refused_at is not None:
        return wording.since(phone.refused_at, voice)
    return wording.at(phone.silent_at, voice) if phone.silent_at is not None else ""


def _rows(visit: Visit) -> list[Row]:
    voice = voice_of(visit.scope, visit.house, visit.now)
    return [
        Row(
            one.id,
            one.device,
            wording.at(one.added_at, voice),
            wording.at(one.delivered_at, voice) if one.delivered_at is not None else "",
            one.lost,
            one.state,
            _since(one, voice),
        )
        for one in phones.of(visit.connection, visit.house.site.site, visit.person.id)
    ]
