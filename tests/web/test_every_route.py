"""Every page and every call, by who asks: the whole table. A route that is not in it fails the test, so that
somebody decides who may ask for a new one.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal, NamedTuple
from urllib.parse import quote

import pytest
from fastapi.routing import iter_route_contexts
from starlette.testclient import TestClient

from dashboards.access import ACTS, Act
from dashboards.app import create_app
from hub import password_links
from hub.relatives import invitations
from hub.store import quarantine
from hub.store.db import transaction
from rules.building import PersonRole
from tests.web.house import DOCUMENT, House
from tests.web.relatives import EMAIL, relative_of

SignIn = Callable[..., TestClient]
pytestmark = pytest.mark.usefixtures("heart")
PEOPLE: dict[str, PersonRole] = {
    "sol": "carer",
    "nord": "carer",
    "leder": "leader",
    "tor": "technician",
    "nordtek": "technician",
    "adm": "administrator",
    "pia": "privacy_officer",
}
OF_NORDSIDA_ALONE = ("nord", "nordtek")
NAMES = ("Anna", "Haugen", "Olav", "Bakke", "Ingrid", "Solvang", "Sverre", "Åse")
BASIS = """
    legal_basis:
      - {kind: decision, rules: [quiet], decided_by: Solbakken, valid_from: 2024-01-10, review: 2099-01-10}"""
CORRIDOR = (
    ("residents:\n", "  - {id: gang, name: Gangen, unit: sol}\nresidents:\n"),
    ("people:\n", "  - {id: gang føler, room: gang, role: motion}\npeople:\n"),
)
WITH_ALL_ROLES = DOCUMENT.replace(
    "rules:\n",
    """  - {id: leder, name: Lise Leder, role: leader}
  - {id: nordtek, name: Nora Nordtek, role: technician, units: [nord]}
  - {id: pia, name: Pia Personvern, role: privacy_officer}
rules:
""",
    1,
).replace("{id: r1, name: Anna Haugen, room: 1A}", f"id: r1\n    name: Anna Haugen\n    room: 1A{BASIS}", 1)
for before, after in CORRIDOR:
    WITH_ALL_ROLES = WITH_ALL_ROLES.replace(before, after, 1)
DEVICE = {"device": "1A stue", "version": "1"}
PLACED = {"gateway": "zigbee2mqtt", "address": "1A stue", "room": "1A", "role": "motion", "id": "1A stue"}
LATER = "2099-01-01T00:00:00Z"
OF_DEVICE = "device=1A%20stue"


class Asked(NamedTuple):
    """What they who may are answered; with an empty body, where something is to be changed.

    `of_solsida`: it is about one thing of Solsida's, and not there (404) for who has Nordsida alone, when
    they send `sent`.
    """

    by: Act | Literal["everybody", "whoever is signed in"]
    status: int = 200
    of_solsida: bool = False
    query: str = ""
    own: bool = False
    """About whoever asks, who is a person: no program's."""
    sent: dict[str, str] | None = None


TABLE: dict[str, Asked] = {
    # first: the hub of this house said once that it lives, and the walk takes a while
    "GET /healthz": Asked("everybody"),
    "GET /api/v1/openapi.json": Asked("everybody"),
    "GET /manifest.webmanifest": Asked("everybody"),
    "GET /icons/{icon}": Asked("everybody"),
    "GET /service-worker.js": Asked("everybody"),
    "GET /offline": Asked("everybody"),
    "GET /": Asked("whoever is signed in"),
    "GET /floor": Asked("see floor plans"),
    "POST /floor": Asked("change floor plans", 422),
    "GET /floor/{number}": Asked("see floor plans", 404),
    "GET /floor/{number}/picture.png": Asked("see floor plans", 404),
    "POST /floor/{number}/remove": Asked("change floor plans", 404),
    "GET /api/v1/floor-plans": Asked("see floor plans"),
    "POST /api/v1/floor-plans": Asked("change floor plans", 422),
    "GET /api/v1/floor-plans/{number}/picture": Asked("see floor plans", 404),
    "PUT /api/v1/floor-plans/{number}/marks": Asked("change floor plans", 422),
    "DELETE /api/v1/floor-plans/{number}": Asked("change floor plans", 404),
    "GET /wall": Asked("see wall", of_solsida=True, query="unit=sol"),
    "GET /api/v1/wall": Asked("see wall", of_solsida=True, query="unit=sol"),
    "GET /phone": Asked("whoever is signed in"),
    "POST /phone/{id}/remove": Asked("whoever is signed in", 404),
    "POST /phone/{id}/test": Asked("whoever is signed in", 404),
    "GET /api/v1/phones": Asked("keep own account"),
    "POST /api/v1/phones": Asked("keep own account", 422),
    "DELETE /api/v1/phones/{id}": Asked("keep own account", 404),
    "POST /api/v1/phones/{id}/test": Asked("keep own account", 404),
    "POST /api/v1/receipts/{token}": Asked("everybody", 403),
    "POST /alerts/{id}/{step}": Asked("answer alerts", 303, of_solsida=True),
    "GET /session": Asked("whoever is signed in", 204),
    "GET /metrics": Asked("everybody", 404),
    "GET /keeping": Asked("see what is kept"),
    "GET /keeping/residents/{resident}": Asked("erase residents"),
    "POST /keeping/residents/{resident}": Asked("erase residents", 422),
    "GET /keeping/residents/{resident}/export.zip": Asked("export residents"),
    "GET /keeping/erasures/{number}": Asked("see erasures", 404),
    "POST /keeping/erasures/{number}/{step}": Asked("erase residents", 422),
    "GET /keeping/erasures/{number}/receipt.pdf": Asked("see erasures", 404),
    "GET /keeping/erasures/{number}/receipt.json": Asked("see erasures", 404),
    "GET /api/v1/keeping": Asked("see what is kept"),
    "GET /api/v1/jobs": Asked("place devices"),
    "GET /api/v1/erasures": Asked("see erasures"),
    "POST /api/v1/erasures": Asked("erase residents", 422),
    "POST /api/v1/erasures/{number}/{step}": Asked("erase residents", 422),
    "GET /api/v1/erasures/{number}/receipt": Asked("see erasures", 404),
    "GET /api/v1/residents/{resident}/export": Asked("export residents"),
    "GET /sign-in": Asked("everybody"),
    "POST /sign-in": Asked("everybody", 401),
    "GET /sign-in/code": Asked("everybody", 303),
    "POST /sign-in/code": Asked("everybody", 303),
    "POST /sign-in/openid": Asked("everybody", 503),
    "GET /sign-in/openid/back": Asked("everybody", 401),
    "POST /api/v1/session/passkey/challenge": Asked("everybody"),
    "POST /api/v1/session/passkey": Asked("everybody", 422),
    "GET /switch": Asked("everybody", 303),
    "POST /switch": Asked("everybody", 303),
    "GET /account": Asked("keep own account"),
    "POST /account/sessions/end": Asked("keep own account", 303),
    "POST /account/sessions/{id}/end": Asked("keep own account", 404),
    "POST /account/password": Asked("keep own account", 422),
    "POST /account/pin": Asked("keep own account", 422),
    "POST /account/pin/remove": Asked("keep own account", 303),
    "GET /account/app": Asked("keep own account"),
    "POST /account/app": Asked("keep own account", 422),
    "POST /account/app/remove": Asked("keep own account", 422),
    "POST /account/identity": Asked("keep own account", 422),
    "POST /account/identity/remove": Asked("keep own account", 422),
    "POST /api/v1/account/passkeys/challenge": Asked("keep own account", 422),
    "POST /api/v1/account/passkeys": Asked("keep own account", 422),
    "POST /api/v1/account/passkeys/{id}/remove": Asked("keep own account", 422),
    "POST /api/v1/account/identity": Asked("keep own account", 422),
    "POST /api/v1/account/identity/remove": Asked("keep own account", 422),
    "POST /account/passkeys/{id}/remove": Asked("keep own account", 404),
    "GET /api/v1/account": Asked("keep own account"),
    "DELETE /api/v1/account/sessions": Asked("keep own account", 204),
    "DELETE /api/v1/account/sessions/{id}": Asked("keep own account", 404),
    "PUT /api/v1/account/password": Asked("keep own account", 422),
    "PUT /api/v1/account/pin": Asked("keep own account", 422),
    "DELETE /api/v1/account/pin": Asked("keep own account", 204),
    "POST /api/v1/account/app": Asked("keep own account"),
    "PUT /api/v1/account/app/{name}": Asked("keep own account", 422),
    "POST /api/v1/account/app/switch-off": Asked("keep own account", 422),
    "POST /appearance": Asked("everybody", 303),
    "GET /alerts/{id}": Asked("see alerts", of_solsida=True),
    "GET /alerts/{id}/now": Asked("see alerts", of_solsida=True),
    "GET /technician/devices/{id:path}/test": Asked("test devices", of_solsida=True),
    "GET /technician/devices/{id:path}/test/live": Asked("test devices", of_solsida=True),
    "POST /technician/devices/{id:path}/test/start": Asked("test devices", 303, of_solsida=True),
    "POST /technician/devices/{id:path}/test/cancel": Asked("test devices", 303, of_solsida=True),
    "POST /technician/devices/{id:path}/test/sign": Asked(
        "test devices", 422, of_solsida=True, sent={"test": "1"}
    ),
    "GET /technician/tests": Asked("test devices"),
    "GET /technician/tests/{number}": Asked("test devices", of_solsida=True),
    "GET /technician/tests/{number}/record.pdf": Asked("test devices", of_solsida=True),
    "GET /technician/tests/{number}/record.json": Asked("test devices", of_solsida=True),
    "GET /technician/pauses": Asked("pause devices", of_solsida=True, query=OF_DEVICE),
    "POST /technician/pauses": Asked("pause devices", 422),
    "POST /technician/pauses/{number}/{step}": Asked("pause devices", 422),
    "GET /technician": Asked("place devices"),
    "GET /technician/inbox": Asked("place devices"),
    "GET /technician/inbox/list": Asked("place devices"),
    "GET /technician/inbox/ignore": Asked("place devices", 404, query="gateway=zigbee2mqtt&address=x"),
    "POST /technician/inbox/ignore": Asked("place devices", 422),
    "POST /technician/inbox/take-back": Asked("place devices", 422),
    "GET /technician/scan": Asked("place devices"),
    "GET /technician/place": Asked("place devices", query="gateway=zigbee2mqtt&address=x"),
    "POST /technician/place": Asked("place devices", 422, of_solsida=True, sent=PLACED),
    "GET /technician/placed": Asked("place devices", of_solsida=True, query=OF_DEVICE),
    "GET /technician/devices": Asked("see devices"),
    "GET /technician/faults": Asked("see devices"),
    "GET /technician/devices/{id:path}": Asked("see devices", of_solsida=True),
    "GET /technician/change": Asked("place devices", of_solsida=True, query=OF_DEVICE),
    "POST /technician/change": Asked("place devices", 422, of_solsida=True, sent={**PLACED, **DEVICE}),
    "GET /technician/replace": Asked("place devices", of_solsida=True, query=OF_DEVICE),
    "POST /technician/replace": Asked("place devices", 422, of_solsida=True, sent=DEVICE),
    "GET /technician/remove": Asked("place devices", of_solsida=True, query=OF_DEVICE),
    "POST /technician/remove": Asked("place devices", 422, of_solsida=True, sent=DEVICE),
    "POST /technician/insist": Asked("place devices", 422),
    "GET /care/away": Asked("say who is away"),
    "POST /care/away": Asked("say who is away", 422),
    "POST /care/away/{resident}/back": Asked("say who is away", 303, of_solsida=True),
    "GET /care/off": Asked("see rules"),
    "POST /care/off": Asked("pause rules", 422),
    "POST /care/off/{room}/{rule}/{step}": Asked("pause rules", 422),
    "GET /care/rules": Asked("see rules"),
    "GET /care/rules/{rule}/{room}": Asked("see rules", of_solsida=True),
    "POST /care/rules/{rule}/{room}": Asked("change rules", 303, of_solsida=True),
    "POST /care/rules/{rule}/{room}/take-back": Asked("change rules", 422, of_solsida=True),
    "GET /care/rules/{rule}/rooms/{room}/dry-run": Asked("try rules", of_solsida=True),
    "GET /care/rules/{rule}/rooms/{room}/tuning": Asked("try rules", of_solsida=True),
    "GET /care/goals": Asked("see goals"),
    "GET /care/legal-basis": Asked("see legal basis"),
    "GET /care/legal-basis/{resident}": Asked("see legal basis", of_solsida=True),
    "POST /care/legal-basis/{resident}": Asked("change legal basis", 422, of_solsida=True),
    "POST /care/legal-basis/{resident}/{number}/withdraw": Asked("change legal basis", 303, of_solsida=True),
    "GET /care/handover": Asked("hand over"),
    "GET /care/handover/handover.pdf": Asked("hand over"),
    "POST /care/handover/notes": Asked("hand over", 422),
    "POST /care/handover/notes/{number}/end": Asked("hand over", 404),
    "POST /care/handover/read": Asked("hand over", 303),
    "GET /care/escalation": Asked("see escalation"),
    "GET /care/escalation/edit": Asked("change escalation"),
    "POST /care/escalation/preview": Asked("change escalation"),
    "POST /care/escalation": Asked("change escalation", 422),
    "POST /care/escalation/take-back": Asked("change escalation", 303),
    "GET /contacts": Asked("whoever is signed in"),
    "POST /contacts/{person}": Asked("change contacts", 422),
    "POST /contacts/{person}/preferences": Asked("change contacts", 303),
    "POST /contacts/{person}/{contact}/first": Asked("change contacts", 404),
    "POST /contacts/{person}/{contact}/remove": Asked("change contacts", 404),
    "POST /contacts/{person}/{contact}/test": Asked("change contacts", 404),
    "GET /care/duty": Asked("see roster"),
    "POST /care/duty/sign-in": Asked("see roster", 422),
    "POST /care/duty/leave": Asked("see roster", 422),
    "POST /care/duty/absent": Asked("say which staff are absent", 422),
    "POST /care/duty/absent/{number}/back": Asked("say which staff are absent", 404),
    "POST /care/duty/copy": Asked("plan roster", 422),
    "GET /care/duty/shift": Asked("plan roster"),
    "POST /care/duty/shift": Asked("plan roster", 422),
    "GET /care/duty/import": Asked("plan roster"),
    "POST /care/duty/import/try": Asked("plan roster", 422),
    "POST /care/duty/import/apply": Asked("plan roster", 422),
    "POST /care/duty/import/held/{number}/leave": Asked("plan roster", 404),
    "POST /care/duty/shift/{number}/remove": Asked("plan roster", 404),
    "GET /choose-password/{link}": Asked("everybody"),
    "POST /choose-password/{link}": Asked("everybody", 422),
    "GET /today": Asked("manage people"),
    "GET /design": Asked("whoever is signed in"),
    "GET /people": Asked("manage people"),
    "GET /people/new": Asked("manage people"),
    "POST /people/new": Asked("manage people", 422),
    "GET /people/{who}": Asked("manage people"),
    "POST /people/{who}": Asked("manage people", 422),
    "POST /people/{who}/remove": Asked("manage people", 422),
    "POST /people/{who}/link": Asked("manage people"),
    "POST /people/{who}/identity": Asked("manage people", 303),
    "PUT /api/v1/people/{who}/identity": Asked("manage people", 422),
    "DELETE /api/v1/people/{who}/identity": Asked("manage people", 204),
    "POST /people/{who}/sign-out": Asked("manage people", 303),
    "POST /people/{who}/factors": Asked("manage people", 303),
    "GET /api/v1/today": Asked("manage people"),
    "GET /api/v1/people": Asked("manage people"),
    "GET /api/v1/people/{who}": Asked("manage people"),
    "PUT /api/v1/people/{who}": Asked("manage people", 422),
    "DELETE /api/v1/people/{who}": Asked("manage people", 422, query="version=999999"),
    "POST /api/v1/people/{who}/password-link": Asked("manage people", 201),
    "DELETE /api/v1/people/{who}/sessions": Asked("manage people", 204),
    "DELETE /api/v1/people/{who}/factors": Asked("manage people", 204),
    "GET /help/api": Asked("everybody"),
    "GET /help": Asked("everybody"),
    "GET /help/{guide}": Asked("everybody"),
    "GET /help/carer.pdf": Asked("everybody"),
    "GET /integrations": Asked("manage integrations"),
    "GET /integrations/new": Asked("manage integrations"),
    "POST /integrations/new": Asked("manage integrations", 422),
    "GET /integrations/{id}": Asked("manage integrations", 404),
    "POST /integrations/{id}/token": Asked("manage integrations", 404),
    "POST /integrations/{id}/revoke": Asked("manage integrations", 404),
    "POST /integrations/{id}/events": Asked("manage integrations", 404),
    "POST /integrations/{id}/events/remove": Asked("manage integrations", 404),
    "POST /integrations/{id}/events/test": Asked("manage integrations", 404),
    "GET /api/v1/integrations": Asked("manage integrations"),
    "POST /api/v1/integrations": Asked("manage integrations", 422),
    "GET /api/v1/integrations/{id}": Asked("manage integrations", 404),
    "POST /api/v1/integrations/{id}/token": Asked("manage integrations", 422),
    "DELETE /api/v1/integrations/{id}": Asked("manage integrations", 404),
    "GET /api/v1/integrations/{id}/events": Asked("manage integrations", 404),
    "PUT /api/v1/integrations/{id}/events": Asked("manage integrations", 422),
    "DELETE /api/v1/integrations/{id}/events": Asked("manage integrations", 404),
    "POST /api/v1/integrations/{id}/events/test": Asked("manage integrations", 404),
    "GET /api/v1/integrations/{id}/events/deliveries": Asked("manage integrations", 404),
    "GET /emergency": Asked("ask for emergency access"),
    "POST /emergency": Asked("ask for emergency access", 422),
    "POST /emergency/end": Asked("ask for emergency access", 303),
    "GET /api/v1/emergency": Asked("ask for emergency access"),
    "POST /api/v1/emergency": Asked("ask for emergency access", 422),
    "DELETE /api/v1/emergency": Asked("ask for emergency access", 204),
    "DELETE /api/v1/emergency/{number}": Asked("ask for emergency access", 404),
    "GET /audit/emergencies": Asked("review emergency access"),
    "POST /audit/emergencies/{number}": Asked("review emergency access", 404),
    "GET /api/v1/audit/emergencies": Asked("review emergency access"),
    "POST /api/v1/audit/emergencies/{number}/review": Asked("review emergency access", 404),
    "GET /audit": Asked("see audit"),
    "GET /audit/chain": Asked("see audit"),
    "GET /audit/residents": Asked("see residents' logs"),
    "GET /audit/residents/{id}": Asked("see residents' logs", 404),
    "GET /audit/residents/{id}/log.pdf": Asked("see residents' logs", 404),
    "GET /audit/review": Asked("review look-ups"),
    "POST /audit/review/{key}": Asked("review look-ups", 404),
    "GET /care/proof": Asked("see proof"),
    "POST /care/proof": Asked("see proof", 422),
    "GET /care/reach": Asked("see reach"),
    "GET /care/reach/hour": Asked("see reach"),
    "POST /care/reach/gaps/{number}": Asked("assign gaps", 422),
    "GET /api/v1/proofs": Asked("see proof"),
    "POST /api/v1/proofs": Asked("see proof", 422),
    "GET /api/v1/proofs/{number}": Asked("see proof", 404),
    "GET /api/v1/reach": Asked("see reach"),
    "GET /api/v1/reach/{unit}": Asked("see reach", of_solsida=True),
    "PUT /api/v1/reach/gaps/{number}": Asked("assign gaps", 422),
    "GET /api/v1/watch": Asked("see proof"),
    "GET /care/residents": Asked("see residents"),
    "GET /care/residents/{resident}": Asked("see residents", of_solsida=True),
    "GET /care/residents/{resident}/nights": Asked("see residents", of_solsida=True),
    "GET /care/rooms/{room}": Asked("see residents", of_solsida=True),
    "GET /care/rooms/{room}/hour": Asked("see residents", of_solsida=True),
    "GET /care/rooms/{room}/day.{format}": Asked("see residents", of_solsida=True),
    "GET /care/rooms/{room}/hour.{format}": Asked("see residents", of_solsida=True),
    "GET /care/rooms/{room}/month": Asked("see residents", of_solsida=True),
    "GET /care/rooms/{room}/trends": Asked("see residents", of_solsida=True),
    "POST /care/rooms/{room}/trends": Asked(
        "see residents",
        422,
        of_solsida=True,
        sent={"trend": "active", "week": "2026-01-05", "opinion": "useful"},
    ),
    "GET /care/rooms/{room}/year": Asked("see residents", of_solsida=True),
    "GET /care/rooms/{room}/month.pdf": Asked("see residents", of_solsida=True),
    "GET /care/rooms/{room}/{span}/{what}.{format}": Asked("see residents", of_solsida=True),
    "GET /api/v1/rooms/{room}/month": Asked("see residents", of_solsida=True),
    "GET /api/v1/rooms/{room}/trends": Asked("see residents", of_solsida=True),
    "PUT /api/v1/rooms/{room}/trends/{trend}/{week}": Asked(
        "see residents", 422, of_solsida=True, sent={"opinion": "useful"}
    ),
    "GET /api/v1/rooms/{room}/year": Asked("see residents", of_solsida=True),
    "GET /api/v1/rooms": Asked("see residents"),
    "GET /api/v1/rooms/{room}/day": Asked("see residents", of_solsida=True),
    "GET /api/v1/rooms/{room}/hour": Asked("see residents", of_solsida=True),
    "GET /care/residents/{resident}/hour": Asked("see residents", of_solsida=True),
    "GET /care/residents/{resident}/hour.{format}": Asked("see residents", of_solsida=True),
    "GET /api/v1/residents/{resident}/hour": Asked("see residents", of_solsida=True),
    "GET /care/residents/{resident}/year": Asked("see residents", of_solsida=True),
    "GET /care/residents/{resident}/year/{yearly}.{format}": Asked("see residents", of_solsida=True),
    "GET /api/v1/residents/{resident}/year": Asked("see residents", of_solsida=True),
    "GET /care/residents/{resident}/trends": Asked("see residents", of_solsida=True),
    "POST /care/residents/{resident}/trends": Asked(
        "see residents",
        422,
        of_solsida=True,
        sent={"trend": "active", "week": "2026-01-05", "opinion": "useful"},
    ),
    "GET /care/residents/{resident}/pictures/{picture}.{format}": Asked("see residents", of_solsida=True),
    "GET /care/residents/{resident}/month.pdf": Asked("see residents", of_solsida=True),
    "GET /care/quality/load": Asked("see alarm quality", of_solsida=True, query="unit=sol"),
    "GET /care/quality/load/picture.{format}": Asked("see alarm quality", of_solsida=True, query="unit=sol"),
    "GET /technician/pictures/{drawing}.{format}": Asked("see devices", of_solsida=True, query=OF_DEVICE),
    "GET /api/v1/residents": Asked("see residents"),
    "GET /api/v1/residents/{resident}": Asked("see residents", of_solsida=True),
    "GET /api/v1/residents/{resident}/day": Asked("see residents", of_solsida=True),
    "GET /api/v1/residents/{resident}/nights": Asked("see residents", of_solsida=True),
    "GET /api/v1/residents/{resident}/trends": Asked("see residents", of_solsida=True),
    "PUT /api/v1/residents/{resident}/trends/{trend}/{week}": Asked(
        "see residents", 422, of_solsida=True, sent={"opinion": "useful"}
    ),
    "GET /api/v1/units/{unit}/alarm-load": Asked("see alarm quality", of_solsida=True),
    "GET /api/v1/devices/{id:path}/course": Asked("see devices", of_solsida=True),
    "GET /care/quality": Asked("see alarm quality"),
    "GET /care/quality/reports": Asked("see alarm quality"),
    "GET /care/quality/reports/{unit}/{month}.pdf": Asked("see alarm quality", 404),
    "GET /care/quality/report.pdf": Asked("see alarm quality"),
    "GET /technician/bulk": Asked("place devices", of_solsida=True),
    "GET /technician/bulk/devices.{form}": Asked("place devices", of_solsida=True),
    "POST /technician/bulk/try": Asked("place devices", 422),
    "POST /technician/bulk/apply": Asked("place devices", 422),
    "GET /technician/pairing": Asked("control gateways"),
    "GET /technician/pairing/live": Asked("control gateways", query="gateway=zigbee2mqtt"),
    "GET /technician/pairing/device": Asked(
        "control gateways", 404, query="gateway=zigbee2mqtt&name=1A%20stue"
    ),
    "POST /technician/pairing/start": Asked("control gateways", 422),
    "POST /technician/pairing/stop": Asked("control gateways", 422),
    "POST /technician/pairing/rename": Asked("control gateways", 422),
    "POST /technician/pairing/remove": Asked("control gateways", 422),
    "POST /technician/pairing/interview": Asked("control gateways", 422),
    "POST /technician/pairing/take-over": Asked(
        "control gateways", 422, of_solsida=True, sent=PLACED | DEVICE
    ),
    "GET /technician/quarantine": Asked("see quarantine"),
    "GET /technician/quarantine/{key}": Asked("see quarantine"),
    "GET /technician/codecs": Asked("upload codecs"),
    "GET /technician/codecs/new": Asked("upload codecs"),
    "GET /technician/codecs/versions": Asked("upload codecs", 404, query="name=x"),
    "POST /technician/codecs/new": Asked("upload codecs", 422),
    "POST /technician/codecs/take-back": Asked("upload codecs", 422),
    "GET /api/v1/session": Asked("whoever is signed in"),
    "GET /api/v1/alerts/{id}": Asked("see alerts", of_solsida=True),
    "GET /api/v1/alerts": Asked("see alerts"),
    "POST /api/v1/alerts/{id}/{step}": Asked("answer alerts", of_solsida=True),
    "GET /api/v1/tests": Asked("test devices"),
    "GET /api/v1/tests/{number}": Asked("test devices", of_solsida=True),
    "GET /api/v1/tests/{number}/sealed": Asked("test devices", of_solsida=True),
    "GET /api/v1/tests/{number}/pdf": Asked("test devices", of_solsida=True),
    "GET /api/v1/devices/{id:path}/test": Asked("test devices", of_solsida=True),
    "POST /api/v1/devices/{id:path}/test": Asked("test devices", 201, of_solsida=True),
    "DELETE /api/v1/devices/{id:path}/test": Asked("test devices", of_solsida=True),
    "POST /api/v1/devices/{id:path}/test/sign": Asked(
        "test devices", 422, of_solsida=True, sent={"note": ""}
    ),
    "GET /api/v1/device-pauses": Asked("pause devices"),
    "PUT /api/v1/devices/{id:path}/pause": Asked(
        "pause devices", 422, of_solsida=True, sent={"reason": "maling", "until": LATER}
    ),
    "POST /api/v1/devices/{id:path}/pause/confirm": Asked("pause devices", 409, of_solsida=True),
    "DELETE /api/v1/devices/{id:path}/pause": Asked("pause devices", 409, of_solsida=True),
    "GET /api/v1/faults": Asked("see devices"),
    "GET /api/v1/devices/{id:path}/health": Asked("see devices", of_solsida=True),
    "GET /api/v1/devices": Asked("see devices"),
    "GET /api/v1/devices/{id:path}": Asked("see devices", of_solsida=True),
    "PUT /api/v1/devices/{id:path}": Asked("place devices", 422),
    "POST /api/v1/devices/{id:path}/replacement": Asked("place devices", 422),
    "POST /api/v1/devices/{id:path}/rename": Asked("place devices", 422),
    "DELETE /api/v1/devices/{id:path}": Asked("place devices", 428),
    "GET /api/v1/device-list": Asked("place devices", of_solsida=True),
    "POST /api/v1/device-list": Asked("place devices", 428, of_solsida=True),
    "GET /api/v1/discovered": Asked("place devices"),
    "POST /api/v1/discovered/ignore": Asked("place devices", 422),
    "POST /api/v1/discovered/take-back": Asked("place devices", 422),
    "GET /api/v1/absences": Asked("say who is away"),
    "PUT /api/v1/absences/{resident}": Asked(
        "say who is away", 422, of_solsida=True, sent={"reason": "hospital", "back_by": LATER}
    ),
    "DELETE /api/v1/absences/{resident}": Asked("say who is away", 409, of_solsida=True),
    "GET /api/v1/off": Asked("see rules"),
    "PUT /api/v1/pauses/{place}/{rule}": Asked(
        "pause rules", 422, of_solsida=True, sent={"reason": "maling", "until": LATER}
    ),
    "POST /api/v1/pauses/{place}/{rule}/confirm": Asked("pause rules", 409, of_solsida=True),
    "DELETE /api/v1/pauses/{place}/{rule}": Asked("pause rules", 409, of_solsida=True),
    "GET /api/v1/rules": Asked("see rules"),
    "PATCH /api/v1/rules/{rule}/{place}": Asked("change rules", 422, of_solsida=True),
    "GET /api/v1/goals": Asked("see goals"),
    "GET /api/v1/legal-basis": Asked("see legal basis"),
    "POST /api/v1/legal-basis/{resident}": Asked("change legal basis", 422, of_solsida=True),
    "DELETE /api/v1/legal-basis/{resident}/{number}": Asked("change legal basis", 428, of_solsida=True),
    "GET /api/v1/audit": Asked("see audit"),
    "GET /api/v1/audit/chain": Asked("see audit"),
    "GET /api/v1/audit/residents/{resident}": Asked("see residents' logs", of_solsida=True),
    "GET /api/v1/audit/look-ups": Asked("review look-ups"),
    "POST /api/v1/audit/look-ups/{key}/review": Asked("review look-ups", 422),
    "GET /api/v1/alarm-quality/reports": Asked("see alarm quality"),
    "GET /api/v1/alarm-quality/reports/{unit}/{month}": Asked("see alarm quality", 404),
    "GET /api/v1/alarm-quality": Asked("see alarm quality"),
    "GET /api/v1/rules/{rule}/rooms/{room}/dry-run": Asked("try rules", 409, of_solsida=True),
    "GET /api/v1/rules/{rule}/rooms/{room}/tuning": Asked("try rules", 409, of_solsida=True),
    "GET /api/v1/escalation": Asked("see escalation"),
    "PUT /api/v1/escalation": Asked("change escalation", 422),
    "DELETE /api/v1/escalation": Asked("change escalation", 428),
    "PUT /api/v1/escalation/{unit}": Asked("change escalation", 422),
    "DELETE /api/v1/escalation/{unit}": Asked("change escalation", 428),
    "GET /api/v1/handover": Asked("hand over"),
    "GET /api/v1/handover/pdf": Asked("hand over"),
    "POST /api/v1/handover/notes": Asked("hand over", 422),
    "DELETE /api/v1/handover/notes/{number}": Asked("hand over", 404),
    "POST /api/v1/handover/receipts": Asked("hand over", 204, own=True),
    "GET /api/v1/duty": Asked("see roster"),
    "POST /api/v1/duty/shifts": Asked("plan roster", 422),
    "PUT /api/v1/duty/shifts/{number}": Asked("plan roster", 422),
    "DELETE /api/v1/duty/shifts/{number}": Asked("plan roster", 404),
    "POST /api/v1/duty/copies": Asked("plan roster", 422),
    "PUT /api/v1/duty/mine": Asked("see roster", 422, own=True),
    "DELETE /api/v1/duty/mine": Asked("see roster", 409, own=True),
    "POST /api/v1/duty/absences": Asked("say which staff are absent", 422),
    "POST /api/v1/duty/import": Asked("plan roster", 422),
    "GET /api/v1/duty/import/held": Asked("plan roster"),
    "DELETE /api/v1/duty/import/held/{number}": Asked("plan roster", 404),
    "DELETE /api/v1/duty/absences/{number}": Asked("say which staff are absent", 404),
    "GET /api/v1/gateways": Asked("control gateways"),
    "GET /api/v1/gateways/requests": Asked("control gateways"),
    "GET /api/v1/gateways/requests/{id}": Asked("control gateways"),
    "GET /api/v1/gateways/joinings": Asked("control gateways"),
    "GET /api/v1/gateways/renamed": Asked("control gateways"),
    "POST /api/v1/gateways/renamed/{device:path}": Asked("control gateways", 409, of_solsida=True),
    "POST /api/v1/gateways/{gateway}/requests": Asked("control gateways", 422),
    "GET /api/v1/contacts": Asked("whoever is signed in"),
    "POST /api/v1/contacts/{person}": Asked("change contacts", 422),
    "PUT /api/v1/contacts/{person}/preferences": Asked("change contacts", 422),
    "POST /api/v1/contacts/{person}/{contact}/first": Asked("change contacts", 404),
    "POST /api/v1/contacts/{person}/{contact}/test": Asked("change contacts", 404),
    "DELETE /api/v1/contacts/{person}/{contact}": Asked("change contacts", 404),
    "GET /api/v1/codecs": Asked("upload codecs"),
    "POST /api/v1/codecs": Asked("upload codecs", 422),
    "POST /api/v1/codecs/trial": Asked("upload codecs", 422),
    "DELETE /api/v1/codecs": Asked("upload codecs", 422),
    "GET /api/v1/copying": Asked("place devices"),
    "GET /api/v1/quarantine": Asked("see quarantine"),
    "GET /api/v1/quarantine/{key}": Asked("see quarantine"),
    "GET /api/v1/quarantine/{key}/now": Asked("see quarantine"),
    "DELETE /api/v1/quarantine/{key}": Asked("see quarantine"),
    "DELETE /api/v1/quarantine": Asked("see quarantine"),
    "GET /invited/{invitation}": Asked("everybody"),
    "POST /invited/{invitation}": Asked("everybody", 422),
    "GET /care/relatives": Asked("see relatives"),
    "POST /care/relatives": Asked("invite relatives", 422),
    "GET /care/relatives/seen/{resident}": Asked("see relatives", of_solsida=True),
    "GET /care/relatives/reviews": Asked("see relatives"),
    "POST /care/relatives/reviews": Asked("invite relatives", 422),
    "GET /care/relatives/{number}": Asked("see relatives", of_solsida=True),
    "GET /care/relatives/{number}/preview": Asked("see relatives", of_solsida=True),
    "GET /care/relatives/{number}/letter": Asked("see relatives", of_solsida=True),
    "GET /care/relatives/{number}/letter/{name}.png": Asked("see relatives", 404, of_solsida=True),
    "POST /care/relatives/{number}/consents": Asked("invite relatives", 422, of_solsida=True),
    "POST /care/relatives/{number}/withdraw": Asked("stop relatives", 404, of_solsida=True),
    "POST /care/relatives/{number}/rest": Asked("stop relatives", 404, of_solsida=True),
    "POST /care/relatives/{number}/resume": Asked("stop relatives", 404, of_solsida=True),
    "POST /care/relatives/{number}/part": Asked("invite relatives", 404, of_solsida=True),
    "POST /care/relatives/{number}/invite": Asked("invite relatives", of_solsida=True),
    "GET /api/v1/relative-reviews": Asked("see relatives"),
    "PUT /api/v1/relative-reviews/{relative}/{resident}": Asked("invite relatives", 422),
    "GET /api/v1/relatives": Asked("see relatives"),
    "POST /api/v1/relatives": Asked("invite relatives", 422),
    "GET /api/v1/relatives/seen/{resident}": Asked("see relatives", of_solsida=True),
    "GET /api/v1/relatives/{number}": Asked("see relatives", of_solsida=True),
    "GET /api/v1/relatives/{number}/preview": Asked("see relatives", of_solsida=True),
    "GET /api/v1/relatives/{number}/letter": Asked("see relatives", of_solsida=True),
    "GET /api/v1/relatives/{number}/messages": Asked("see relatives", of_solsida=True),
    "POST /api/v1/relatives/{number}/consents": Asked("invite relatives", 422),
    "PUT /api/v1/relatives/{number}/pauses/{resident}": Asked(
        "stop relatives", 422, of_solsida=True, sent={"until": LATER}
    ),
    "DELETE /api/v1/relatives/{number}/pauses/{resident}": Asked("stop relatives", of_solsida=True),
    "POST /api/v1/relatives/{number}/invitation": Asked("invite relatives", 201, of_solsida=True),
    "DELETE /api/v1/relatives/{number}/consents/{resident}": Asked("stop relatives", of_solsida=True),
    "DELETE /api/v1/relatives/{number}/residents/{resident}": Asked("invite relatives", of_solsida=True),
    "GET /relative": Asked("follow residents"),
    "GET /relative/week": Asked("follow residents"),
    "GET /relative/log": Asked("follow residents"),
    "GET /relative/settings": Asked("follow residents"),
    "GET /relative/leave": Asked("follow residents"),
    "POST /relative/settings": Asked("follow residents", 422),
    "POST /relative/password": Asked("follow residents", 422),
    "POST /relative/rest": Asked("follow residents", 404),
    "POST /relative/resume": Asked("follow residents", 404),
    "POST /relative/withdraw": Asked("follow residents", 404),
    "GET /api/v1/relative": Asked("follow residents"),
    "GET /api/v1/relative/log": Asked("follow residents"),
    "PUT /api/v1/relative/choices": Asked("follow residents", 422),
    "PUT /api/v1/relative/password": Asked("follow residents", 422),
    "PUT /api/v1/relative/pauses/{resident}": Asked("follow residents", 422),
    "DELETE /api/v1/relative/pauses/{resident}": Asked("follow residents", 204),
    "DELETE /api/v1/relative/consents/{resident}/{category}": Asked("follow residents", 204),
    # last: they end, or clear, what the calls above are about
    "POST /relative/sign-out": Asked("follow residents", 303),
    "POST /relative/leave": Asked("follow residents", 303),
    "DELETE /api/v1/relative": Asked("follow residents", 204),
    "POST /technician/quarantine/clear": Asked("see quarantine", 303),
}


PARAMETERS = {"step": "accept", "resident": "r1", "room": "1A", "place": "1A", "rule": "night-exit",
              "unit": "sol", "form": "csv", "gateway": "zigbee2mqtt", "device": "1A stue", "person": "kari",
              "contact": "x", "icon": "icon-192.png", "guide": "carer", "token": "x.1.x",
              "name": "x", "who": "kari", "month": "2026-10", "relative": "1"}  # fmt: skip
ENDS_IT = ("POST /relative/sign-out", "POST /relative/leave", "DELETE /api/v1/relative")
"""After these a relative is signed out: test_relatives.py has them one by one."""
OF_PICTURES = {
    "picture": "day",
    "drawing": "gaps",
    "yearly": "days-movement",
    "span": "month",
    "what": "movement",
    "format": "svg",
    "trend": "active",
    "week": "2026-01-05",
}
NOT_WALKED = ("GET /live", "POST /sign-out", "DELETE /api/v1/session")
"""A stream that never ends for who may have it, and the end of the walk itself; nobody is refused both."""


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """With one of everything in Solsida: an alert, a signed test, a basis; and something set aside."""
    house = House(tmp_path, WITH_ALL_ROLES)
    house.hub_says()
    house.night_exit()
    with transaction(house.connection):
        topic = "zigbee2mqtt/x"
        quarantine.add(house.connection, "solbakken", topic, "no JSON", b"hei", house.now())
    yield house
    house.connection.close()


def routes(house: House) -> list[str]:
    """`GET /care/rules`, of all that the application answers; but for static files, which are everybody's."""
    found = iter_route_contexts(create_app(house.settings, house.clock).routes)
    return [
        f"{method} {route.path}" for route in found for method in sorted((route.methods or set()) - {"HEAD"})
    ]


def test_every_route_is_in_the_table_and_nothing_else(house: House) -> None:
    assert set(routes(house)) - set(NOT_WALKED) == set(TABLE)


def test_nobody_gets_or_changes_anything_without_signing_in(house: House, visitor: TestClient) -> None:
    everything = prepared(house, None)
    for route in [*TABLE, *NOT_WALKED]:
        row = TABLE.get(route, Asked("whoever is signed in"))
        method = route.split()[0]
        answer = visitor.request(method, everything(route))
        if method == "GET" and row.by == "everybody":
            assert answer.status_code == row.status, route
        elif method == "GET":
            signed_out = (answer.status_code, answer.headers.get("location"))
            assert signed_out in ((401, None), (303, "/sign-in")), route
        else:
            refused = (answer.status_code, answer.headers.get("location"))
            assert refused in ((403, None), (401, None), (303, "/sign-in")), route
        assert not any(name in answer.text for name in NAMES), route


@pytest.mark.parametrize("person", PEOPLE)
def test_each_role_is_answered_what_the_table_says(house: House, sign_in: SignIn, person: str) -> None:
    address_of = prepared(house, sign_in("tor"))
    browser = sign_in(person)
    ours = {"X-CSRF-Token": browser.get("/api/v1/session").json()["csrf"]}
    role, wrong = PEOPLE[person], []
    for route, row in TABLE.items():
        method, at = route.split()[0], address_of(route)
        their_role = row.by not in ACTS or role in ACTS[row.by]
        if method != "GET":
            without_token = browser.request(method, at)
            if without_token.status_code != 403 and (their_role or without_token.status_code != 404):
                wrong.append(f"{route} without the token: {without_token.status_code}")
        elsewhere = row.of_solsida and person in OF_NORDSIDA_ALONE
        about_a_resident = "/alerts/{id}" in route and role in ("technician", "administrator")
        expected = row.status if their_role and not elsewhere and not about_a_resident else 404
        if route == "GET /" and role == "privacy_officer":
            expected = 303
        sent = row.sent if elsewhere else None
        form = "/api/" not in route
        answer = browser.request(
            method, at, headers=ours, data=sent if form else None, json=None if form else sent
        )
        if answer.status_code != expected:
            wrong.append(f"{route}: {answer.status_code}, not {expected}")
        if role in ("technician", "administrator"):
            wrong += [f"{route} says {name}" for name in NAMES if name in answer.text]
    assert not wrong, "\n".join(wrong)


def test_a_relative_is_answered_on_their_own_pages_and_nowhere_else(house: House, sign_in: SignIn) -> None:
    relative_of(house)
    address_of = prepared(house, sign_in("tor"))
    browser = sign_in(EMAIL)
    ours = {"X-CSRF-Token": browser.get("/api/v1/relative").json()["csrf"]}
    house.hub_says()
    wrong = []
    for route, row in TABLE.items():
        if route in ENDS_IT:
            continue
        theirs = row.by == "everybody" or row.by == "follow residents"
        expected = row.status if theirs else 303 if route == "GET /" else 404
        method, at = route.split()[0], address_of(route)
        answer = browser.request(method, at, headers=ours)
        if answer.status_code != expected:
            wrong.append(f"{route}: {answer.status_code}, not {expected}")
        if "/invited/" not in at:
            wrong += [f"{route} says {name}" for name in NAMES[2:] if name in answer.text]
    assert not wrong, "\n".join(wrong)
    assert browser.get("/").headers["location"] == "/relative"


def prepared(house: House, tor: TestClient | None) -> Callable[[str], str]:
    """Where each route of the table is asked for, in this house; Tor signs a test of a device first."""
    known = {**PARAMETERS, **OF_PICTURES, "key": "x"}
    marit = relative_of(house, came_in=False)
    link = invitations.invite(house.connection, marit, "", False, "leder", house.now()).link
    known["link"] = password_links.make(
        house.connection, "solbakken", "kari", "", "adm", house.now()
    ).rpartition("/")[2]
    known |= {"invitation": link.rpartition("/")[2], "category": "well"}
    if tor is not None:
        ours = {"X-CSRF-Token": tor.get("/api/v1/session").json()["csrf"]}
        assert tor.post("/api/v1/devices/1A stue/test", headers=ours).status_code == 201
        assert tor.post("/api/v1/devices/1A stue/test/sign", headers=ours, json={}).status_code == 201
        asked = tor.post("/api/v1/gateways/zigbee2mqtt/requests", headers=ours, json={"act": "stop_pairing"})
        assert asked.status_code == 202
        known["key"] = tor.get("/api/v1/quarantine").json()[0]["key"]
        known["request"] = str(asked.json()["id"])
    alert = str(house.rows("SELECT id FROM alert")[0]["id"])

    def address_of(route: str) -> str:
        here = {"id": "1A stue", "number": "0" if "legal-basis" in route else "1"} | known
        if "alerts" in route:
            here["id"] = alert
        if "/care/rooms/" in route or "/v1/rooms/" in route:
            here["room"] = "gang"
        if "requests/{id}" in route:
            here["id"] = known.get("request", "1")
        path = re.sub(r"\{(\w+)(?::path)?\}", lambda found: quote(here[found[1]], safe=""), route.split()[1])
        query = TABLE[route].query if route in TABLE else ""
        return f"{path}?{query}" if query else path

    return address_of
