"""Signed records: the list of what is tested and what is not, one record with its seal, and both to print or
take along.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import HTMLResponse

from dashboards.frame import page
from dashboards.pages import render
from dashboards.pdf import pdf, qr_code
from dashboards.technician.trial_view import (
    moment_text,
    newest_text,
    record_lines,
    seconds_text,
    tested_rule_line,
)
from dashboards.visit import Visit, Visitor, needs
from devices.reading import Reading
from hub.records import exported
from hub.seal import digest
from hub.store import records, walk_tests
from hub.store.db import LARGEST_ID
from hub.store.records import Sealed
from rules import wording
from rules.building import Device, Role
from rules.record import Record, Still, still
from rules.trial import Verdict
from rules.wording.devices import role_name
from rules.wording.walk_test import asked, shortcoming, verdict

pages = APIRouter(
    prefix="/technician/tests",
    include_in_schema=False,
    default_response_class=HTMLResponse,
    dependencies=[needs("test devices")],
)


class Tested(NamedTuple):
    """How a device stands: `still` says whether what was tried is what hangs there now."""

    device: str
    room: str
    role: str
    still: Still
    number: int
    on: str
    by: str
    verdict: Verdict | None
    verdict_word: str
    running_by: str


def tested_of(visit: Visit, device: Device) -> Tested:
    """For a device's page."""
    return _tested(visit, [device])[0]


def _tested(visit: Visit, devices: list[Device]) -> list[Tested]:
    house, language = visit.house, visit.language
    newest = records.newest(visit.connection, house.site.site)
    running = {
        t.device: t for t in walk_tests.running(visit.connection, house.site.site) if t.runs(visit.now)
    }
    voice = wording.Voice(language, house.site.zone, visit.now)
    found = []
    for device in devices:
        known = newest.get(device.id)
        test = running.get(device.id)
        found.append(
            Tested(
                device.id,
                house.room_name(device.room),
                role_name(device.role, language),
                still(known, device, house.site),
                known.number if known is not None else 0,
                wording.at(known.signed_at, voice) if known is not None else "",
                known.person if known is not None else "",
                known.verdict if known is not None else None,
                verdict(known.verdict, language) if known is not None else "",
                house.person_name(test.person) if test is not None else "",
            )
        )
    return found


@pages.get("")
def show_tests(request: Request, visit: Visitor) -> str:
    """Every device that whoever asks may see: what was never tried comes first."""
    units = {room.id: room.unit for room in visit.house.site.rooms}
    devices = [d for d in visit.house.site.devices if visit.access.sees_unit(units[d.room])]
    rows = _tested(visit, devices)
    order = ("failed", "incomplete", None, "passed")
    rows.sort(key=lambda row: (row.still == "as it is", order.index(row.verdict), row.room, row.device))
    done = sum(row.still == "as it is" and row.verdict == "passed" for row in rows)
    return page(request, visit, "technician/tests.html", rows=rows, done=done)


@pages.get("/{number}")
def show_record(request: Request, visit: Visitor, number: int, notice: str = "") -> str:
    sealed = sealed_in_view(visit, number)
    values = _values(visit, sealed)
    said = render(visit.language, "technician/_record_notice.txt").strip() if notice == "signed" else ""
    return page(request, visit, "technician/record.html", **values, notice=said)


@pages.get("/{number}/record.pdf")
def print_record(visit: Visitor, number: int) -> Response:
    sealed = sealed_in_view(visit, number)
    name = f"vaka-{sealed.record.site}-{number}.pdf"
    headers = {"Content-Disposition": f'inline; filename="{name}"'}
    return Response(record_pdf(visit, sealed), media_type="application/pdf", headers=headers)


@pages.get("/{number}/record.json")
def take_record(visit: Visitor, number: int) -> Response:
    """The text, the seal and the key: what `vaka record verify` reads."""
    sealed = sealed_in_view(visit, number)
    name = f"vaka-{sealed.record.site}-{number}.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(exported(sealed), media_type="application/json", headers=headers)


def sealed_in_view(visit: Visit, number: int) -> Sealed:
    """404 where there is no such record, or it is of a unit that whoever asks does not see."""
    site = visit.house.site.site
    found = records.get(visit.connection, site, number) if 0 < number <= LARGEST_ID else None
    if found is None:
        raise HTTPException(404, "there is no such record")
    unit = found.record.device.unit
    if not visit.access.sees_unit(unit):
        raise HTTPException(404, "there is no such record")
    return found


def _values(visit: Visit, sealed: Sealed) -> dict[str, Any]:
    record, house, language = sealed.record, visit.house, visit.language
    role: Role = record.device.role  # type: ignore[assignment]  # it was one when it was signed
    said = [Reading(record.device.id, r.measure, r.value, r.at, r.received_at) for r in record.readings]
    return {
        "record": record,
        "role": role_name(role, language),
        "fits": sealed.seal.fits(sealed.document),
        "fingerprint": sealed.seal.fingerprint,
        "signature": sealed.seal.signature.hex(),
        "digest": digest(sealed.document),
        "verdict_word": verdict(record.verdict, language),
        "shortcomings": [shortcoming(reason, house.rule_names, language) for reason in record.reasons],
        "started": moment_text(record.started_at, house, language),
        "ended": seconds_text(record.ended_at, house, language),
        "signed": moment_text(record.signed_at, house, language),
        "battery": newest_text(said, ("battery", "battery_low"), language),
        "link": newest_text(said, ("lqi", "rssi", "snr"), language),
        "asked": [(asked(name, language), done) for name, done in record.asked],
        "rules": [tested_rule_line(rule, house, language) for rule in record.rules],
        "readings": record_lines(record, language, house),
        "reference": reference(record, digest(sealed.document)),
    }


def reference(record: Record, text_digest: str) -> str:
    """What the QR code of the printed page holds: which record it is, and the digest of what was sealed."""
    return f"vaka:{record.site}:walk-test:{record.number}:sha256:{text_digest}"


def record_pdf(visit: Visit, sealed: Sealed) -> bytes:
    """The same bytes for the same record and language."""
    values = _values(visit, sealed)
    words: dict[str, Any] = json.loads(render(visit.language, "technician/_record_document.json", **values))
    said = {
        **words,
        "language": visit.language,
        "verdict_is": values["record"].verdict,
        "qr": qr_code(values["reference"]),
    }
    return pdf("walk_test", said, values["record"].signed_at)
