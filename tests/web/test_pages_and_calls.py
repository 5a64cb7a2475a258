"""Everything that a page does, the API can: each form of the pages with the call that does the same. A form
that is not in the table fails the test, so that somebody builds the call.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.web.conftest import SignIn
from tests.web.house import House
from tests.web.test_every_route import NOT_WALKED, TABLE, WITH_ALL_ROLES

A = "/api/v1"
SAME: dict[str, str] = {
    "/floor": f"POST {A}/floor-plans",
    "/floor/{number}/remove": f"DELETE {A}/floor-plans/{{number}}",
    "/phone/{id}/remove": f"DELETE {A}/phones/{{id}}",
    "/phone/{id}/test": f"POST {A}/phones/{{id}}/test",
    "/alerts/{id}/{step}": f"POST {A}/alerts/{{id}}/{{step}}",
    "/keeping/residents/{resident}": f"POST {A}/erasures",
    "/keeping/erasures/{number}/{step}": f"POST {A}/erasures/{{number}}/{{step}}",
    "/sign-out": f"DELETE {A}/session",
    "/account/sessions/end": f"DELETE {A}/account/sessions",
    "/account/sessions/{id}/end": f"DELETE {A}/account/sessions/{{id}}",
    "/account/password": f"PUT {A}/account/password",
    "/account/pin": f"PUT {A}/account/pin",
    "/account/pin/remove": f"DELETE {A}/account/pin",
    "/account/app": f"PUT {A}/account/app/{{name}}",
    "/account/app/remove": f"POST {A}/account/app/switch-off",
    "/account/identity": f"POST {A}/account/identity",
    "/account/identity/remove": f"POST {A}/account/identity/remove",
    "/account/passkeys/{id}/remove": f"POST {A}/account/passkeys/{{id}}/remove",
    "/technician/devices/{id:path}/test/start": f"POST {A}/devices/{{id:path}}/test",
    "/technician/devices/{id:path}/test/cancel": f"DELETE {A}/devices/{{id:path}}/test",
    "/technician/devices/{id:path}/test/sign": f"POST {A}/devices/{{id:path}}/test/sign",
    "/technician/pauses": f"PUT {A}/devices/{{id:path}}/pause",
    "/technician/pauses/{number}/{step}": f"POST {A}/devices/{{id:path}}/pause/confirm",
    "/technician/inbox/ignore": f"POST {A}/discovered/ignore",
    "/technician/inbox/take-back": f"POST {A}/discovered/take-back",
    "/technician/place": f"PUT {A}/devices/{{id:path}}",
    "/technician/change": f"PUT {A}/devices/{{id:path}}",
    "/technician/replace": f"POST {A}/devices/{{id:path}}/replacement",
    "/technician/remove": f"DELETE {A}/devices/{{id:path}}",
    "/technician/insist": f"PUT {A}/devices/{{id:path}}",
    "/technician/bulk/try": f"POST {A}/device-list",
    "/technician/bulk/apply": f"POST {A}/device-list",
    "/technician/pairing/start": f"POST {A}/gateways/{{gateway}}/requests",
    "/technician/pairing/stop": f"POST {A}/gateways/{{gateway}}/requests",
    "/technician/pairing/rename": f"POST {A}/gateways/{{gateway}}/requests",
    "/technician/pairing/remove": f"POST {A}/gateways/{{gateway}}/requests",
    "/technician/pairing/interview": f"POST {A}/gateways/{{gateway}}/requests",
    "/technician/pairing/take-over": f"POST {A}/gateways/renamed/{{device:path}}",
    "/technician/codecs/new": f"POST {A}/codecs",
    "/technician/codecs/take-back": f"DELETE {A}/codecs",
    "/technician/quarantine/clear": f"DELETE {A}/quarantine",
    "/care/away": f"PUT {A}/absences/{{resident}}",
    "/care/away/{resident}/back": f"DELETE {A}/absences/{{resident}}",
    "/care/off": f"PUT {A}/pauses/{{place}}/{{rule}}",
    "/care/off/{room}/{rule}/{step}": f"DELETE {A}/pauses/{{place}}/{{rule}}",
    "/care/rules/{rule}/{room}": f"PATCH {A}/rules/{{rule}}/{{place}}",
    "/care/rules/{rule}/{room}/take-back": f"PATCH {A}/rules/{{rule}}/{{place}}",
    "/care/legal-basis/{resident}": f"POST {A}/legal-basis/{{resident}}",
    "/care/legal-basis/{resident}/{number}/withdraw": f"DELETE {A}/legal-basis/{{resident}}/{{number}}",
    "/care/handover/notes": f"POST {A}/handover/notes",
    "/care/handover/notes/{number}/end": f"DELETE {A}/handover/notes/{{number}}",
    "/care/handover/read": f"POST {A}/handover/receipts",
    "/care/escalation": f"PUT {A}/escalation/{{unit}}",
    "/care/escalation/take-back": f"DELETE {A}/escalation/{{unit}}",
    "/contacts/{person}": f"POST {A}/contacts/{{person}}",
    "/contacts/{person}/preferences": f"PUT {A}/contacts/{{person}}/preferences",
    "/contacts/{person}/{contact}/first": f"POST {A}/contacts/{{person}}/{{contact}}/first",
    "/contacts/{person}/{contact}/remove": f"DELETE {A}/contacts/{{person}}/{{contact}}",
    "/contacts/{person}/{contact}/test": f"POST {A}/contacts/{{person}}/{{contact}}/test",
    "/care/duty/sign-in": f"PUT {A}/duty/mine",
    "/care/duty/leave": f"DELETE {A}/duty/mine",
    "/care/duty/absent": f"POST {A}/duty/absences",
    "/care/duty/absent/{number}/back": f"DELETE {A}/duty/absences/{{number}}",
    "/care/duty/shift": f"POST {A}/duty/shifts",
    "/care/duty/shift/{number}/remove": f"DELETE {A}/duty/shifts/{{number}}",
    "/care/duty/copy": f"POST {A}/duty/copies",
    "/care/duty/import/try": f"POST {A}/duty/import",
    "/care/duty/import/apply": f"POST {A}/duty/import",
    "/care/duty/import/held/{number}/leave": f"DELETE {A}/duty/import/held/{{number}}",
    "/people/new": f"PUT {A}/people/{{who}}",
    "/people/{who}": f"PUT {A}/people/{{who}}",
    "/people/{who}/remove": f"DELETE {A}/people/{{who}}",
    "/people/{who}/link": f"POST {A}/people/{{who}}/password-link",
    "/people/{who}/identity": f"PUT {A}/people/{{who}}/identity",
    "/people/{who}/sign-out": f"DELETE {A}/people/{{who}}/sessions",
    "/people/{who}/factors": f"DELETE {A}/people/{{who}}/factors",
    "/integrations/new": f"POST {A}/integrations",
    "/integrations/{id}/token": f"POST {A}/integrations/{{id}}/token",
    "/integrations/{id}/events": f"PUT {A}/integrations/{{id}}/events",
    "/integrations/{id}/events/remove": f"DELETE {A}/integrations/{{id}}/events",
    "/integrations/{id}/events/test": f"POST {A}/integrations/{{id}}/events/test",
    "/integrations/{id}/revoke": f"DELETE {A}/integrations/{{id}}",
    "/emergency": f"POST {A}/emergency",
    "/emergency/end": f"DELETE {A}/emergency",
    "/audit/emergencies/{number}": f"POST {A}/audit/emergencies/{{number}}/review",
    "/audit/review/{key}": f"POST {A}/audit/look-ups/{{key}}/review",
    "/care/proof": f"POST {A}/proofs",
    "/care/reach/gaps/{number}": f"PUT {A}/reach/gaps/{{number}}",
    "/care/rooms/{room}/trends": f"PUT {A}/rooms/{{room}}/trends/{{trend}}/{{week}}",
    "/care/residents/{resident}/trends": f"PUT {A}/residents/{{resident}}/trends/{{trend}}/{{week}}",
    "/care/relatives": f"POST {A}/relatives",
    "/care/relatives/reviews": f"PUT {A}/relative-reviews/{{relative}}/{{resident}}",
    "/care/relatives/{number}/consents": f"POST {A}/relatives/{{number}}/consents",
    "/care/relatives/{number}/withdraw": f"DELETE {A}/relatives/{{number}}/consents/{{resident}}",
    "/care/relatives/{number}/rest": f"PUT {A}/relatives/{{number}}/pauses/{{resident}}",
    "/care/relatives/{number}/resume": f"DELETE {A}/relatives/{{number}}/pauses/{{resident}}",
    "/care/relatives/{number}/part": f"DELETE {A}/relatives/{{number}}/residents/{{resident}}",
    "/care/relatives/{number}/invite": f"POST {A}/relatives/{{number}}/invitation",
    "/relative/settings": f"PUT {A}/relative/choices",
    "/relative/password": f"PUT {A}/relative/password",
    "/relative/rest": f"PUT {A}/relative/pauses/{{resident}}",
    "/relative/resume": f"DELETE {A}/relative/pauses/{{resident}}",
    "/relative/withdraw": f"DELETE {A}/relative/consents/{{resident}}/{{category}}",
    "/relative/leave": f"DELETE {A}/relative",
}
OF_A_BROWSER = {
    "/sign-in": "a password is typed at the door, not sent by programs: those have keys",
    "/sign-in/code": "as above",
    "/sign-in/openid": "leads the browser to another server",
    "/switch": "of a screen that several share",
    "/choose-password/{link}": "of who has no way in yet",
    "/invited/{invitation}": "of who has no way in yet",
    "/appearance": "language and theme of this browser",
    "/care/escalation/preview": "what the form would say; GET says the words of what is in force",
    "/relative/sign-out": "ends this browser's session",
}
"""What is no act on the house, and why."""


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path, WITH_ALL_ROLES)
    house.hub_says()
    yield house
    house.connection.close()


def test_every_form_of_the_pages_has_a_call_that_does_the_same() -> None:
    forms = {r.split()[1] for r in (*TABLE, *NOT_WALKED) if r.startswith("POST ") and "/api/" not in r}
    assert forms == set(SAME) | set(OF_A_BROWSER)
    assert not set(SAME) & set(OF_A_BROWSER)
    assert set(SAME.values()) <= {*TABLE, *NOT_WALKED}


def test_the_call_is_for_whom_the_form_is() -> None:
    """But where the page asks more exactly what the call asks with the thing itself."""
    differ = {
        form: (TABLE[f"POST {form}"].by, TABLE[call].by)
        for form, call in SAME.items()
        if f"POST {form}" in TABLE and call in TABLE and TABLE[f"POST {form}"].by != TABLE[call].by
    }
    assert differ == {
        "/phone/{id}/remove": ("whoever is signed in", "keep own account"),
        "/phone/{id}/test": ("whoever is signed in", "keep own account"),
    }


def test_a_week_is_copied_by_call_as_by_the_page_and_not_doubled(house: House, sign_in: SignIn) -> None:
    leader = sign_in("leder")
    ours = {"X-CSRF-Token": leader.get("/api/v1/session").json()["csrf"]}
    shift = {"person": "sol", "units": ["sol"], "function": "carer"}
    shift |= {"starts_at": "2026-12-01T07:00:00+01:00", "ends_at": "2026-12-01T15:00:00+01:00"}
    assert leader.post(f"{A}/duty/shifts", headers=ours, json=shift).status_code == 201
    asked = {"unit": "sol", "week": "2026-12-03"}
    assert leader.post(f"{A}/duty/copies", headers=ours, json=asked).json() == {"added": 1}
    assert leader.post(f"{A}/duty/copies", headers=ours, json=asked).json() == {"added": 0}
    roster = leader.get(f"{A}/duty?since=2026-12-07T00:00:00Z&until=2026-12-14T00:00:00Z").json()["shifts"]
    assert [(one["person"], one["starts_at"][:10]) for one in roster] == [("sol", "2026-12-08")]
    far = leader.post(f"{A}/duty/copies", headers=ours, json=asked | {"week": "9999-12-31"})
    assert (far.status_code, far.json()["reason"]) == (422, "no_week")
