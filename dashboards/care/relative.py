"""One relative: what each resident said yes to and until when, the invitation, a look at what they get to
see, a pause, and taking it back.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, NamedTuple

from fastapi import APIRouter, Form, HTTPException, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from dashboards.access import may
from dashboards.care.away import residents_of
from dashboards.care.relatives import (
    PATH,
    asked_by,
    book_of,
    day_in_words,
    relation_of,
    relatives_of,
    state_of,
)
from dashboards.care.seen import note_seen
from dashboards.frame import page
from dashboards.language import as_language
from dashboards.pages import render
from dashboards.relative.shown import ResidentShown
from dashboards.relative.view import shown_to
from dashboards.relative.week_picture import DRAWN
from dashboards.visit import OurForm, Visit, Visitor, history_of, needs, settings_of, theme_of
from hub.reach import usable_ways
from hub.relatives.invitations import Invited, invite
from hub.store import credentials, invitations, relative_messages
from hub.store import relatives as store
from hub.ways.email import Email
from rules.consent_reviews import reviews
from rules.pause import Refusal
from rules.relatives import CATEGORIES, GIVEN_BY, HOW, Category, Known, comes_of_it
from rules.relatives import may as may_see
from rules.wording.refusals import refusal_text
from rules.wording.undelivered import why_undelivered

MESSAGES_SHOWN = 30
pages = APIRouter(
    prefix=f"{PATH}/{{number}}",
    include_in_schema=False,
    default_response_class=HTMLResponse,
    dependencies=[needs("see relatives")],
)


class ConsentRow(NamedTuple):
    """A yes that stands or stood. `reason`: whether it counts now."""

    category: Category
    since: str
    until: str
    given_by: str
    how: str
    recorded: str
    reason: str
    stands: bool
    review: bool
    withdrawn: str


class OwnResident(NamedTuple):
    id: str
    name: str
    relation: str
    consents: tuple[ConsentRow, ...]
    is_resting: bool
    resting: str
    asked_by: str


class Told(NamedTuple):
    """A message: `state` is sent, waits, or why it was told to nobody."""

    when: str
    kind: str
    whom: str
    state: str
    why: str


class ConsentWish(NamedTuple):
    """What the form of a consent says so far."""

    resident: str = ""
    categories: tuple[str, ...] = ()
    valid_from: str = ""
    valid_until: str = ""
    given_by: str = ""
    how: str = ""
    version: str = ""


@pages.get("")
def show(request: Request, visit: Visitor, number: int, notice: str = "") -> str:
    known = relative_in_view(visit, number)
    return _page(request, visit, known, _first_wish(visit, known), notice=notice)


@pages.get("/preview")
def preview(request: Request, visit: Visitor, number: int, language: str = "") -> str:
    """Their own page, by the same code, as it is now."""
    known = relative_in_view(visit, number)
    shown = preview_of(request, visit, known)
    chosen = as_language(language) or known.relative.language
    if chosen != visit.language:
        shown = preview_of(request, visit, known, chosen)
    shell = {"site": visit.house.site, "reader": known.relative, "theme": theme_of(request), "csrf": ""}
    values = {"preview": True, "notice": "", "here": "", "shown": shown, **DRAWN}
    return render(chosen, "relative/home.html", **shell, **values)


@pages.post("/consents", dependencies=[OurForm, needs("invite relatives")])
def consent(
    request: Request,
    visit: Visitor,
    number: int,
    resident: Annotated[str, Form()] = "",
    categories: Annotated[list[str] | None, Form()] = None,
    valid_from: Annotated[str, Form()] = "",
    valid_until: Annotated[str, Form()] = "",
    given_by: Annotated[str, Form()] = "",
    how: Annotated[str, Form()] = "",
    version: Annotated[str, Form(max_length=64)] = "",
) -> Response:
    known = relative_in_view(visit, number)
    wish = ConsentWish(resident, tuple(categories or ()), valid_from, valid_until, given_by, how, version)
    done = _record(request, visit, known, wish)
    if isinstance(done, Refusal):
        fault = refusal_text(done, visit.language)
        return HTMLResponse(_page(request, visit, known, wish, fault=fault), 422)
    return RedirectResponse(f"{PATH}/{number}?notice=consented", 303)


@pages.post("/withdraw", dependencies=[OurForm, needs("stop relatives")])
def withdraw(
    request: Request,
    visit: Visitor,
    number: int,
    resident: Annotated[str, Form()] = "",
    category: Annotated[str, Form()] = "",
) -> Response:
    """One category, or (none named) all of them."""
    known = relative_in_view(visit, number)
    chosen = [one for one in CATEGORIES if one == category]
    if category and not chosen:
        raise HTTPException(404)
    book_of(request, visit).withdraw(known.relative, _own(known, resident), chosen, visit.person.id)
    return RedirectResponse(f"{PATH}/{number}?notice=withdrawn", 303)


@pages.post("/rest", dependencies=[OurForm, needs("stop relatives")])
def rest(request: Request, visit: Visitor, number: int, resident: Annotated[str, Form()] = "") -> Response:
    """Nothing is shown or sent until somebody ends it."""
    known = relative_in_view(visit, number)
    book_of(request, visit).rest(known.relative, _own(known, resident), None, visit.person.id)
    return RedirectResponse(f"{PATH}/{number}?notice=paused", 303)


@pages.post("/resume", dependencies=[OurForm, needs("stop relatives")])
def resume(request: Request, visit: Visitor, number: int, resident: Annotated[str, Form()] = "") -> Response:
    known = relative_in_view(visit, number)
    book_of(request, visit).resume(known.relative, _own(known, resident), visit.person.id)
    return RedirectResponse(f"{PATH}/{number}?notice=resumed", 303)


@pages.post("/part", dependencies=[OurForm, needs("invite relatives")])
def part(request: Request, visit: Visitor, number: int, resident: Annotated[str, Form()] = "") -> Response:
    """No longer this resident's relative."""
    known = relative_in_view(visit, number)
    book_of(request, visit).part(known.relative, _own(known, resident), visit.person.id)
    return RedirectResponse(f"{PATH}/{number}?notice=parted", 303)


@pages.post("/invite", dependencies=[OurForm, needs("invite relatives")])
def send_invitation(request: Request, visit: Visitor, number: int) -> Response:
    """A new link, shown this once; no redirect, since the link stands nowhere else."""
    known = relative_in_view(visit, number)
    invited = invited_by(request, visit, known)
    if isinstance(invited, Refusal):
        fault = refusal_text(invited, visit.language)
        return HTMLResponse(_page(request, visit, known, _first_wish(visit, known), fault=fault), 422)
    return HTMLResponse(_page(request, visit, known, _first_wish(visit, known), invited=invited))


def relative_in_view(visit: Visit, number: int) -> Known:
    """404 where this person sees none of their residents."""
    known = relatives_of(visit).get(number)
    if known is None:
        raise HTTPException(404)
    return known


def preview_of(
    request: Request, visit: Visit, known: Known, language: str | None = None
) -> list[ResidentShown]:
    note_seen(visit, f"{PATH}/{known.relative.id}/preview", known.residents)
    chosen = as_language(language) or visit.language
    history = history_of(request, visit)
    return shown_to(visit.connection, history, visit.house, known, chosen, visit.now)


def invited_by(request: Request, visit: Visit, known: Known) -> Invited | Refusal:
    """Refused where no resident has said yes to anything: then there is nothing to invite anybody to. `link`
    is empty where it opens more than whoever asks may see: then it goes by e-mail alone.
    """
    site = visit.house.site
    says_yes = any(
        may_see(known, category, resident, visit.now, site).reason != "no_consent"
        for resident in known.residents
        for category in CATEGORIES
    )
    if not says_yes or known.relative.left_at is not None:
        return Refusal("no resident has said yes to anything yet, or the relative has left", "no_consent")
    settings = settings_of(request)
    pages_at = settings.web_address or str(request.base_url)
    # A link in a letter needs a mail server, which the hub knows, and to know where the pages are.
    has_mail = Email.name in usable_ways(visit.connection, visit.house.site.site)
    by_email = has_mail and settings.web_address is not None
    of_others = set(store.known(visit.connection, known.relative).residents) - set(known.residents)
    if of_others and not by_email:
        return Refusal("the link opens what you do not see: residents of other units", "others_too")
    invited = invite(visit.connection, known.relative, pages_at, by_email, visit.person.id, visit.now)
    return invited._replace(link="") if of_others else invited


def as_days(wish: ConsentWish) -> tuple[date, date] | None:
    try:
        days = date.fromisoformat(wish.valid_from), date.fromisoformat(wish.valid_until)
    except ValueError:
        return None
    return days


def _record(request: Request, visit: Visit, known: Known, wish: ConsentWish) -> object:
    days = as_days(wish)
    categories = [category for category in CATEGORIES if category in wish.categories]
    given_by = next((one for one in GIVEN_BY if one == wish.given_by), None)
    how = next((one for one in HOW if one == wish.how), None)
    if days is None:
        return Refusal("a consent has a first and a last day", "no_days")
    if given_by is None or how is None:
        return Refusal("who said yes, and how", "no_giver")
    if wish.resident not in known.residents:
        return Refusal("no such resident", "no_resident")
    book = book_of(request, visit)
    given = (given_by, how)
    return book.consent(known.relative, wish.resident, categories, days, given, visit.person.id, wish.version)


def _own(known: Known, resident: str) -> str:
    if resident not in known.residents:
        raise HTTPException(404)
    return resident


def _first_wish(visit: Visit, known: Known) -> ConsentWish:
    """What was said yes to, by whom, how and until when nobody has said yet: nothing of it is chosen."""
    today = visit.now.astimezone(visit.house.site.zone).date()
    only = known.residents[0] if len(known.residents) == 1 else ""
    return ConsentWish(only, valid_from=today.isoformat())


def _page(
    request: Request,
    visit: Visit,
    known: Known,
    wish: ConsentWish,
    fault: str = "",
    notice: str = "",
    invited: Invited | None = None,
) -> str:
    known = relatives_of(visit).get(known.relative.id, known)
    note_seen(visit, f"{PATH}/{known.relative.id}", known.residents)
    inside = credentials.people(visit.connection, visit.house.site.site)
    sent = invitations.of(visit.connection, known.relative.id)
    said = render(visit.language, "care/_relative_notice.txt", said=notice).strip() if notice else ""
    return page(
        request,
        visit,
        "care/relative.html",
        known=known,
        relative=known.relative,
        state=state_of(visit, known, inside),
        invited_until=day_in_words(sent[0].expires_at, visit) if sent else "",
        invited=invited,
        link_until=day_in_words(invited.expires_at, visit) if invited is not None else "",
        residents=[_resident(visit, known, id) for id in known.residents],
        told=_told(visit, known),
        wish=wish,
        version=store.known(visit.connection, known.relative).version,
        fault=fault,
        notice=said,
        categories=CATEGORIES,
        givers=GIVEN_BY,
        ways=HOW,
        may_invite=may(visit.person, "invite relatives"),
        may_stop=may(visit.person, "stop relatives"),
    )


def _resident(visit: Visit, known: Known, id: str) -> OwnResident:
    found = next(r for r in residents_of(visit) if r.id == id)
    resting = known.resting(id, visit.now)
    return OwnResident(
        id,
        found.name,
        relation_of(known, id),
        _consents(visit, known, id),
        resting is not None,
        day_in_words(resting.until, visit) if resting is not None and resting.until is not None else "",
        asked_by(visit, known, resting) if resting is not None else "",
    )


def _consents(visit: Visit, known: Known, resident: str) -> tuple[ConsentRow, ...]:
    """Those that stand first, then what was, the newest first."""
    site, today = visit.house.site, visit.now.astimezone(visit.house.site.zone).date()
    due = {review.consent.id for review in reviews(known.consents, today)}
    rows = []
    for consent in known.consents:
        if consent.resident != resident:
            continue
        stands = consent.withdrawn_at is None and consent.valid_until >= today
        reason = comes_of_it(known, consent.category, resident, visit.now, site).reason
        withdrawn = consent.withdrawn_at
        rows.append(
            ConsentRow(
                consent.category,
                day_in_words(consent.valid_from, visit),
                day_in_words(consent.valid_until, visit),
                consent.given_by,
                consent.how,
                f"{visit.house.person_name(consent.recorded_by)}, {day_in_words(consent.recorded_at, visit)}",
                reason if stands else "withdrawn" if withdrawn is not None else "ended",
                stands,
                consent.id in due,
                day_in_words(withdrawn, visit) if withdrawn is not None else "",
            )
        )
    return tuple(sorted(rows, key=lambda row: (not row.stands, CATEGORIES.index(row.category))))


def _told(visit: Visit, known: Known) -> list[Told]:
    names = {resident.id: resident.name for resident in residents_of(visit)}
    found = relative_messages.of(visit.connection, known.relative.id, MESSAGES_SHOWN)
    return [
        Told(
            day_in_words(m.sent_at or m.created_at, visit),
            m.kind,
            names.get(m.resident, ""),
            "sent" if m.sent_at is not None else "waits" if m.next_at is not None else "dropped",
            why_undelivered(why, visit.language) if (why := m.failure or m.dropped) else "",
        )
        for m in found
        if m.resident == "" or m.resident in names
    ]
