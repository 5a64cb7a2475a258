"""A device's label, by the phone's camera, by a photo, or typed: which device is it?"""

from __future__ import annotations

from typing import NamedTuple

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from dashboards.frame import page
from dashboards.technician.inbox import Waiting, waiting_device
from dashboards.visit import Visit, Visitor, needs
from devices.labels import Label, Unreadable, read_label
from hub.discovery import discovered, named_by, placed_by
from rules.building import NATIVE

PATH = "/technician/scan"
"""The one page that may use the camera and run the barcode reader (dashboards/app.py)."""

pages = APIRouter(
    include_in_schema=False, default_response_class=HTMLResponse, dependencies=[needs("place devices")]
)


class Ahead(NamedTuple):
    """Where a device that nobody has heard would be expected to speak."""

    gateway: str
    address: str


class Answer(NamedTuple):
    code: str
    kind: str
    fault: str
    id: str
    install_code: str
    waiting: tuple[Waiting, ...]
    placed: tuple[str, ...]
    ahead: tuple[Ahead, ...]


@pages.get(PATH)
def show_scan(request: Request, visit: Visitor, code: str = "", replace: str = "") -> str:
    """`replace`: the device in whose place the one with this label shall go."""
    answer = answer_to(visit, code) if code.strip() else None
    replacing = next((d.id for d in visit.house.site.devices if d.id == replace), "")
    return page(request, visit, "technician/scan.html", answer=answer, code=code[:1000], replacing=replacing)


def answer_to(visit: Visit, code: str) -> Answer:
    label = read_label(code)
    if isinstance(label, Unreadable):
        return Answer(code, "", label.fault, "", "", (), (), ())
    site = visit.house.site
    found = named_by(label, discovered(visit.connection, site))
    placed = placed_by(visit.connection, label, site)
    return Answer(
        code=code,
        kind=label.kind,
        fault="",
        id=_shown(label),
        install_code=label.install_code,
        waiting=tuple(waiting_device(device, visit) for device in found),
        placed=tuple(placed),
        ahead=() if found or placed else tuple(_ahead(visit, label)),
    )


def _shown(label: Label) -> str:
    return ", ".join(label.ids) or label.serial


def _ahead(visit: Visit, label: Label) -> list[Ahead]:
    """How the gateways of the house would call a device with this label, for those where that is known."""
    found = []
    for gateway in visit.house.site.gateways:
        for id in label.ids:
            if gateway.kind == "zigbee2mqtt" and len(id) == 16 and label.kind in ("zigbee", "address"):
                found.append(Ahead(gateway.id, f"0x{id}"))
            elif gateway.kind in ("chirpstack", "milesight") and len(id) == 16 and label.kind != "zigbee":
                found.append(Ahead(gateway.id, id))
            elif gateway.kind == "thethingsstack" and len(id) == 16 and label.kind != "zigbee":
                found.append(Ahead(gateway.id, f"eui-{id}"))
    if label.serial:
        found.append(Ahead(NATIVE, label.serial))
    return found
