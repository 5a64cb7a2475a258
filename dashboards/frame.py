"""The shell that every page but the board stands in: head, navigation, menu, and the word on what was just
done.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from fastapi import Request

from dashboards import auth
from dashboards.access import Act, may
from dashboards.guides.text import address_for
from dashboards.night import night_of
from dashboards.pages import clock_text, day_text, render
from dashboards.visit import Visit, history_in_stead, theme_of
from hub.emergency import NOTHING, SHOWN_FOR, answers_for
from hub.store import contacts, emergencies, phones, shifts
from hub.store.emergencies import Emergency
from rules.building import Person, PersonRole


class Place(NamedTuple):
    """Where the navigation leads. `word` is English; `templates/_navigation.html` has it for translation."""

    word: str
    path: str
    act: Act


PLACES: tuple[Place, ...] = (
    Place("Alerts", "/", "see alerts"),
    Place("Wall screen", "/wall", "see wall"),
    Place("Floor plans", "/floor", "see floor plans"),
    Place("Overview", "/technician", "place devices"),
    Place("Discovered", "/technician/inbox", "place devices"),
    Place("Devices", "/technician/devices", "see devices"),
    Place("Pairing", "/technician/pairing", "control gateways"),
    Place("Not understood", "/technician/quarantine", "see quarantine"),
    Place("Faults", "/technician/faults", "see devices"),
    Place("Tests", "/technician/tests", "test devices"),
    Place("Paused devices", "/technician/pauses", "pause devices"),
    Place("Away", "/care/away", "say who is away"),
    Place("What is off", "/care/off", "see rules"),
    Place("Rules", "/care/rules", "see rules"),
    Place("Goals", "/care/goals", "see goals"),
    Place("Residents", "/care/residents", "see residents"),
    Place("Hand-over", "/care/handover", "hand over"),
    Place("Duty roster", "/care/duty", "see roster"),
    Place("Calling plan", "/care/escalation", "see escalation"),
    Place("Alerts, the week ahead", "/care/reach", "see reach"),
    Place("Test of the alerting", "/care/proof", "see proof"),
    Place("Alarm quality", "/care/quality", "see alarm quality"),
    Place("Emergency access", "/emergency", "ask for emergency access"),
    Place("Emergency access", "/audit/emergencies", "review emergency access"),
    Place("Who saw what", "/audit", "see audit"),
    Place("Legal basis", "/care/legal-basis", "see legal basis"),
    Place("Today", "/today", "manage people"),
    Place("People", "/people", "manage people"),
    Place("Integrations", "/integrations", "manage integrations"),
    Place("What is kept", "/keeping", "see what is kept"),
    Place("Relatives", "/care/relatives", "see relatives"),
    Place("How we reach you", "/contacts", "keep own account"),
    Place("Design", "/design", "place devices"),
)
"""In the order in which they are listed. A page adds its line here and its word to the template."""

GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Now", ("Alerts", "Wall screen", "Floor plans", "What is off", "Emergency access")),
    ("Residents", ("Residents", "Away", "Goals", "Relatives", "Legal basis")),
    ("Duty", ("Hand-over", "Duty roster", "Calling plan", "Alerts, the week ahead", "Test of the alerting")),
    (
        "Devices",
        (
            *("Overview", "Discovered", "Devices", "Faults", "Pairing"),
            *("Tests", "Paused devices", "Not understood"),
        ),
    ),
    ("Quality", ("Rules", "Alarm quality", "Who saw what")),
    ("House", ("Today", "People", "Integrations", "What is kept", "How we reach you", "Design")),
)
"""What people come for, below *More*. A place that is in none stands in the last."""

_CARE = ("Alerts", "Hand-over", "What is off")
_TECHNICAL = ("Overview", "Discovered", "Devices", "Faults")
IN_THE_BAR: dict[PersonRole, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "carer": (_CARE, ("Residents", "Duty roster", "Away")),
    "leader": (_CARE, ("Residents", "Duty roster", "Rules")),
    "technician": (_TECHNICAL, ()),
    "administrator": (("Today", "People", "What is kept", "Who saw what"), ("Overview", "Rules")),
    "privacy_officer": (("Who saw what", "Legal basis", "What is kept"), ("Alarm quality",)),
}
"""What each role goes to many times a day: on every screen, and where there is room. Else: below *More*."""


class Group(NamedTuple):
    """`word` is English, as a place's."""

    word: str
    places: tuple[Place, ...]


class Navigation(NamedTuple):
    """`first` stands in the bar; `then` too on a wide screen, on a phone it is below *More*, with `more`."""

    first: tuple[Place, ...]
    then: tuple[Place, ...]
    more: tuple[Place, ...]

    @property
    def groups(self) -> list[Group]:
        """What is below *More*, by what people come for."""
        below = {place.word: place for place in (*self.then, *self.more)}
        found = [
            Group(word, tuple(below.pop(one) for one in words if one in below)) for word, words in GROUPS
        ]
        found[-1] = Group(found[-1].word, (*found[-1].places, *below.values()))
        return [group for group in found if group.places]


def places_of(person: Person) -> list[Place]:
    return [place for place in PLACES if may(person, place.act) and _leads_on(place, person)]


def _leads_on(place: Place, person: Person) -> bool:
    """Who looks after the whole house has nothing to open: their emergency access is that of others."""
    if place.word != "Emergency access":
        return True
    return may(person, "ask for emergency access") and bool(person.units) == (place.path == "/emergency")


def navigation_of(person: Person) -> Navigation:
    """Each place that somebody may go to, once. The bar is in the order of the day, the rest as listed."""
    places = {place.word: place for place in places_of(person)}
    first, then = (tuple(places.pop(word) for word in words) for words in IN_THE_BAR[person.role])
    return Navigation(first, then, tuple(places.values()))


def landing(person: Person) -> str:
    """Where somebody comes who has signed in: what needs an administrator or a technician, the board, or the
    audit trail.
    """
    if may(person, "manage people"):
        return "/today"
    if may(person, "place devices"):
        return "/technician"
    return "/" if may(person, "see alerts") else "/audit"


def frame(request: Request, visit: Visit) -> dict[str, Any]:
    """What `_page.html` and `_head.html` need, for every page."""
    zone, site = visit.house.site.zone, visit.house.site.site
    connection = visit.connection
    mine = phones.of(connection, site, visit.person.id)
    return {
        "site": visit.house.site,
        "units": [visit.house.unit_name(u) for u in visit.person.units],
        "person": visit.person,
        **_look(request, visit),
        "csrf": auth.form_token(visit.token),
        "navigation": navigation_of(visit.person),
        "help_at": address_for(visit.person.role, visit.language),
        "here": _here(places_of(visit.person), request.url.path),
        "lost_phones": [one.device for one in mine if one.state in ("lost", "refused")],
        "silent_phones": [one.device for one in mine if one.state == "silent"],
        "address_refused": any(one.person == visit.person.id for one in contacts.refused(connection, site)),
        "now": visit.now,
        "emergency": _emergency(visit),
        "shared_screen": visit.kind == "shared",
        "day": day_text(visit.now, zone, visit.language),
        "history_in_stead": history_in_stead(request),
        "clock": lambda at, seconds=False: clock_text(at, zone, visit.language, seconds),
    }


def _look(request: Request, visit: Visit) -> dict[str, Any]:
    """How pages look on this screen; where that goes by the shift, the hours of its night too."""
    theme = theme_of(request)
    if theme != "shift":
        return {"theme": theme}
    zone = visit.house.site.zone
    known = shifts.on_duty(visit.connection, visit.house.site, visit.now)
    night = night_of(visit.person.id, known, visit.now, zone)
    return {"theme": theme, "hours_of_night": night, "is_night": night.contains(visit.now, zone)}


class OpenNow(NamedTuple):
    """A unit or room of others that is open to one for now."""

    number: int
    place: str
    until: str


class EmergencyShown(NamedTuple):
    """`new`: how many nobody has looked at, for who has no board that says it (dashboards/to_do.py)."""

    mine: tuple[OpenNow, ...]
    new: int


def _emergency(visit: Visit) -> EmergencyShown:
    site = visit.house.site
    mine = emergencies.active(visit.connection, site.site, visit.now) if visit.emergency != NOTHING else []
    found = []
    if may(visit.person, "review emergency access") and not may(visit.person, "see alerts"):
        found = emergencies.unseen(visit.connection, site.site, visit.now - SHOWN_FOR)
    return EmergencyShown(
        tuple(
            OpenNow(
                one.id,
                place_of(visit, one),
                clock_text(one.ends_at, visit.house.site.zone, visit.language),
            )
            for one in mine
            if one.person == visit.person.id
        ),
        sum(answers_for(visit.person, one) for one in found),
    )


def place_of(visit: Visit, one: Emergency) -> str:
    """What it opened, in words."""
    unit = visit.house.unit_name(one.unit)
    return unit if one.room is None else f"{unit}, {visit.house.room_name(one.room)}"


_BELOW = {
    **dict.fromkeys(("change", "replace", "remove", "bulk"), "/technician/devices"),
    **dict.fromkeys(("scan", "place", "placed"), "/technician/inbox"),
}
"""Steps of a technician's whose address does not say which place they belong to."""


def _here(places: list[Place], path: str) -> str:
    """The place that a page belongs to: the one with the longest beginning in common. The board has nobody
    below it.
    """
    if path.startswith("/technician/"):
        path = _BELOW.get(path.split("/")[2], path)
    above = (p.path for p in places if path == p.path or (p.path != "/" and path.startswith(f"{p.path}/")))
    return max(above, key=len, default="")


def page(request: Request, visit: Visit, template: str, **values: Any) -> str:
    """`template` extends `_page.html`. `notice`, where given, is said at the bottom of the screen."""
    return render(visit.language, template, **{"notice": "", **frame(request, visit), **values})
