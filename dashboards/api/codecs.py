"""Vendors' LoRaWAN codecs as JSON: what is in force, its versions, trying and uploading one."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from dashboards.api.refusal import Refusal as RefusalOut
from dashboards.api.refusal import declined
from dashboards.api.sent import Sent
from dashboards.technician.devices import must_have_the_house
from dashboards.visit import OurCall, Visitor, clock_of, needs
from devices.codec import LARGEST_SOURCE
from hub import codecs
from hub.store import codecs as store
from hub.store.codecs import CodecVersion
from rules.pause import Refusal

api = APIRouter(
    prefix="/api/v1/codecs",
    dependencies=[needs("upload codecs")],
    responses={401: {"model": RefusalOut}, 404: {"model": RefusalOut}},
)


class VersionOut(BaseModel):
    """One upload. An empty `source` took the codec back."""

    id: int
    name: str = Field(description="A part of brand and model, or one device's address")
    source: str
    uploaded_by: str
    uploaded_at: datetime


class CodecIn(Sent):
    name: str
    source: str = Field(max_length=LARGEST_SOURCE, description="TS013 JavaScript")


class TrialIn(Sent):
    source: str = Field(max_length=LARGEST_SOURCE)
    name: str = Field("", max_length=200, description="The model, as the network server writes it")
    payload: str = Field(max_length=2000, description="Hexadecimal or base64")
    port: int = Field(1, ge=0, le=255)


class TrialOut(BaseModel):
    """`object`: what the codec made of the example. `readings`: what the hub makes of that."""

    functions: list[str]
    object: dict[str, Any] | None
    readings: dict[str, bool | float | str]
    errors: list[str]


@api.get("")
def list_codecs(
    visit: Visitor,
    name: Annotated[str | None, Query(description="All versions of this one, the newest first")] = None,
) -> list[VersionOut]:
    """Those in force, or every version of one."""
    site = visit.house.site.site
    found = store.versions(visit.connection, site, name) if name else store.in_force(visit.connection, site)
    return [_out(version) for version in found]


@api.post("", status_code=201, dependencies=[OurCall], responses={422: {"model": RefusalOut}})
def upload_codec(request: Request, visit: Visitor, codec: CodecIn) -> VersionOut:
    """Put a codec in force. The hub takes it over within a second. For who has the whole house."""
    must_have_the_house(visit)
    site, by = visit.house.site.site, visit.person.id
    outcome = codecs.upload(visit.connection, site, codec.name, codec.source, by, clock_of(request))
    if isinstance(outcome, Refusal):
        raise declined(422, outcome)
    return _out(outcome)


@api.post("/trial", dependencies=[OurCall], responses={422: {"model": RefusalOut}})
def try_codec(trial: TrialIn) -> TrialOut:
    """What a codec makes of an example; nothing is kept."""
    found, payload = codecs.looked_at(trial.source), codecs.payload_of(trial.payload)
    if isinstance(found, Refusal):
        raise declined(422, found)
    if isinstance(payload, Refusal):
        raise declined(422, payload)
    tried = codecs.tried(trial.source, trial.name, trial.port, payload)
    errors = [tried.why_not] if tried.why_not else list(tried.errors)
    return TrialOut(functions=list(found.names), object=tried.data, readings=tried.values, errors=errors)


@api.delete("", status_code=204, dependencies=[OurCall])
def take_codec_back(request: Request, visit: Visitor, name: str) -> None:
    """No codec for this name any more; its versions are kept."""
    must_have_the_house(visit)
    site, by = visit.house.site.site, visit.person.id
    outcome = codecs.take_back(visit.connection, site, name, by, clock_of(request))
    if isinstance(outcome, Refusal):
        raise declined(404, outcome)


def _out(version: CodecVersion) -> VersionOut:
    return VersionOut(**{name: getattr(version, name) for name in VersionOut.model_fields})
