"""The page of one alert: what, where, who and how sure at once; below it all that is known of it."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse

from dashboards import auth
from dashboards.alert_in_view import alert_in_view
from dashboards.alerts_seen import note_alerts_seen
from dashboards.care.alert_view import AlertView, alert_view
from dashboards.care.room_view import shared_room
from dashboards.care.seen import looked_lately, note_without_eyes
from dashboards.frame import page
from dashboards.live import render_card
from dashboards.pages import render
from dashboards.snapshot import pulse
from dashboards.views import voice_of
from dashboards.visit import Visit, Visitor, last_days_of, needs
from hub.explained import explain

pages = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@pages.get("/alerts/{id}", dependencies=[needs("see alerts")])
def show_alert(request: Request, visit: Visitor, id: int) -> str:
    view = _view(request, visit, id)
    note_alerts_seen(visit, f"/alerts/{id}", [id], earlier=[one.id for one in view.earlier])
    now = pulse(visit.connection, visit.house.site.site, visit.now)
    parts = _parts(request, visit, view, auth.form_token(visit.token))
    return page(request, visit, "care/alert.html", live=True, view=view, parts=parts, pulse=now)


@pages.get("/alerts/{id}/now", dependencies=[needs("see alerts")])
def show_alert_now(request: Request, visit: Visitor, id: int) -> str:
    """The same for a page that stands open."""
    view = _view(request, visit, id)
    if not looked_lately(visit, f"/alerts/{id}"):
        note_without_eyes(visit, f"/alerts/{id}", [id])
    return _parts(request, visit, view, None)


def _view(request: Request, visit: Visit, id: int) -> AlertView:
    alert, house = alert_in_view(visit, id), visit.house
    if alert is None:
        raise HTTPException(404)
    history = last_days_of(request, visit)
    explained = explain(
        visit.connection, history, house.site_of(alert), alert, house.rule_of(alert), visit.now
    )
    return alert_view(explained, house, voice_of(visit.scope, house, visit.now), visit.access)


def _parts(request: Request, visit: Visit, view: AlertView, csrf: str | None) -> str:
    card = render_card(view.card, visit.scope, csrf, alone=True)
    shared = shared_room(request, visit, view.room)
    room = shared.room.id if shared is not None else ""
    return render(visit.language, "care/_alert.html", view=view, card=card, shared_room=room)
