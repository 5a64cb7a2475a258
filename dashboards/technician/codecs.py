"""Vendors' LoRaWAN codecs: upload or paste, try on an example, put in force, earlier versions, take back."""

from __future__ import annotations

import json
from typing import Annotated, NamedTuple

from fastapi import APIRouter, File, Form, HTTPException, Request, Response, UploadFile
from fastapi.responses import HTMLResponse, RedirectResponse

from dashboards.frame import page
from dashboards.pages import clock_text, day_text, render
from dashboards.technician.devices import must_have_the_house
from dashboards.visit import OurForm, Visit, Visitor, clock_of, needs, settings_of
from devices.codec import LARGEST_SOURCE
from hub import codecs
from hub.codecs import Trial
from hub.store import codecs as store
from hub.store.codecs import CodecVersion
from rules.pause import Refusal
from rules.wording.devices import measure_name, value_text
from rules.wording.refusals import refusal_text

pages = APIRouter(
    prefix="/technician/codecs",
    include_in_schema=False,
    default_response_class=HTMLResponse,
    dependencies=[needs("upload codecs")],
)


class Version(NamedTuple):
    id: int
    name: str
    by: str
    at: str
    characters: int
    taken_back: bool


class Wish(NamedTuple):
    """What the form says so far."""

    name: str = ""
    source: str = ""
    example: str = ""
    port: int = 1


class Outcome(NamedTuple):
    """What a trial came to. `object`: the codec's, as JSON; `values`: what the hub makes of that."""

    functions: tuple[str, ...]
    why_not: str
    object: str
    values: tuple[tuple[str, str], ...]
    errors: tuple[str, ...]


@pages.get("")
def show_codecs(request: Request, visit: Visitor, notice: str = "") -> str:
    site = visit.house.site.site
    return page(
        request,
        visit,
        "technician/codecs.html",
        in_force=[_version(visit, v) for v in store.in_force(visit.connection, site)],
        files=sorted(codecs.files(settings_of(request).database)),
        notice=render(visit.language, "technician/_codecs_notice.txt", said=notice).strip(),
    )


@pages.get("/new")
def show_form(request: Request, visit: Visitor, version: int = 0) -> str:
    """Empty, or filled with a version that there was."""
    found = [v for v in store.versions(visit.connection, visit.house.site.site) if v.id == version]
    wish = Wish(found[0].name, found[0].source) if found else Wish()
    return _form(request, visit, wish)


@pages.get("/versions")
def show_versions(request: Request, visit: Visitor, name: str) -> str:
    versions = store.versions(visit.connection, visit.house.site.site, name)
    if not versions:
        raise HTTPException(404, "there is nothing here, or not for you")
    shown = [_version(visit, v) for v in versions]
    return page(request, visit, "technician/codec_versions.html", name=name, versions=shown)


@pages.post("/new", dependencies=[OurForm])
async def try_or_upload(
    request: Request,
    visit: Visitor,
    step: Annotated[str, Form()],
    name: Annotated[str, Form(max_length=200, title="For")] = "",
    source: Annotated[str, Form(max_length=2 * LARGEST_SOURCE, title="… or pasted")] = "",
    example: Annotated[str, Form(max_length=2000, title="Payload, in hexadecimal or base64")] = "",
    port: Annotated[int, Form(title="fPort")] = 1,
    file: Annotated[UploadFile | None, File(title="The codec as a file")] = None,
) -> Response:
    """`step`: `try` shows what an example becomes, `upload` puts it in force. A file wins over the text."""
    if file is not None and file.filename:
        source = (await file.read(LARGEST_SOURCE + 1)).decode("utf-8", "replace")
    wish = Wish(name, source.replace("\r\n", "\n"), example, port)
    if step != "upload":
        return HTMLResponse(_form(request, visit, wish, _try(visit, wish)))
    must_have_the_house(visit)
    site, by = visit.house.site.site, visit.person.id
    outcome = codecs.upload(visit.connection, site, name, wish.source, by, clock_of(request))
    if isinstance(outcome, Refusal):
        return HTMLResponse(_form(request, visit, wish, wrong=refusal_text(outcome, visit.language)), 422)
    return RedirectResponse("/technician/codecs?notice=uploaded", 303)


@pages.post("/take-back", dependencies=[OurForm])
def take_back(request: Request, visit: Visitor, name: Annotated[str, Form(title="For")]) -> Response:
    must_have_the_house(visit)
    site = visit.house.site.site
    outcome = codecs.take_back(visit.connection, site, name, visit.person.id, clock_of(request))
    if isinstance(outcome, Refusal):
        raise HTTPException(404, outcome.why)
    return RedirectResponse("/technician/codecs?notice=back", 303)


def _form(request: Request, visit: Visit, wish: Wish, tried: Outcome | None = None, wrong: str = "") -> str:
    return page(request, visit, "technician/codec.html", wish=wish, tried=tried, wrong=wrong)


def _try(visit: Visit, wish: Wish) -> Outcome:
    found = codecs.looked_at(wish.source)
    if isinstance(found, Refusal):
        return Outcome((), refusal_text(found, visit.language), "", (), ())
    if not wish.example.strip():
        return Outcome(found.names, "", "", (), ())
    payload = codecs.payload_of(wish.example)
    if isinstance(payload, Refusal):
        return Outcome(found.names, refusal_text(payload, visit.language), "", (), ())
    trial: Trial = codecs.tried(wish.source, wish.name, wish.port, payload)
    return Outcome(
        found.names,
        refusal_text(Refusal(trial.why_not, "codec_not_run"), visit.language) if trial.why_not else "",
        "" if trial.data is None else json.dumps(trial.data, indent=2, ensure_ascii=False)[:20_000],
        tuple(
            (measure_name(measure, visit.language), value_text(measure, value, visit.language))
            for measure, value in trial.values.items()
        ),
        trial.errors,
    )


def _version(visit: Visit, version: CodecVersion) -> Version:
    zone, language = visit.house.site.zone, visit.language
    at = version.uploaded_at
    when = f"{day_text(at, zone, language)} {clock_text(at, zone, language)}"
    by = visit.house.person_name(version.uploaded_by)
    return Version(version.id, version.name, by, when, len(version.source), not version.source)
