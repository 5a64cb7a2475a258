"""A picture as a file: SVG, PNG by Typst (which draws SVG by itself), and several as a PDF for a meeting."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime
from typing import Literal, get_args

import typst
from fastapi import HTTPException, Response

from dashboards.pictures import Picture
from dashboards.pictures.drawing import FILE_WIDTH

Form = Literal["svg", "png"]
_SIGNS = re.compile(r"[^A-Za-z0-9_]+")
_LETTERS = str.maketrans({"æ": "ae", "ø": "o", "å": "a", "Æ": "Ae", "Ø": "O", "Å": "A"})
FORMS: tuple[Form, ...] = get_args(Form)
PIXELS_PER_INCH = 144.0
"""A drawing is 1000 px wide at 96 to the inch: 1500 in the PNG."""
_PAGE = b"""#set page(width: auto, height: auto, margin: 0pt)
#image(bytes(sys.inputs.at("svg")), format: "svg", width: float(sys.inputs.at("width")) * 0.75pt)"""


def svg(picture: Picture, whose: str) -> str:
    """`whose` stands before the title: a room or a unit, never a name."""
    return picture.drawing.document(f"{whose}: {picture.title}", picture.key)


def png(picture: Picture, whose: str) -> bytes:
    return as_png(svg(picture, whose), FILE_WIDTH, PIXELS_PER_INCH)


def as_png(drawn: str, width: int, ppi: float) -> bytes:
    """`width`: of the SVG, in px; at 192 to the inch there are two of them in the PNG for each."""
    inputs = {"svg": drawn, "width": str(width)}
    made = typst.compile(_PAGE, format="png", ppi=ppi, sys_inputs=inputs)
    assert isinstance(made, bytes)
    return made


def file_name(place: str, what: str, when: date | datetime) -> str:
    """`vaka-1A-day-2026-11-29`: two that are saved are told apart, and nobody is named, by no pseudonym
    either. `when`: an instant by the house's clock, the first of a month, or a day.
    """
    style = "%Y-%m-%d-%H%M" if isinstance(when, datetime) else "%Y-%m-%d"
    plain = unicodedata.normalize("NFKD", f"{place}-{what}".translate(_LETTERS)).encode("ascii", "ignore")
    return f"vaka-{_SIGNS.sub('-', plain.decode()).strip('-')}-{when.strftime(style)}"


def answer(picture: Picture, whose: str, form: str, name: str) -> Response:
    """To keep. A file is outside of the house's access rules: it carries rooms, not names. 404 for other
    forms.
    """
    if form not in FORMS:
        raise HTTPException(404, "there is nothing here, or not for you")
    kept = {"Content-Disposition": f'attachment; filename="{name}.{form}"'}
    if form == "svg":
        return Response(svg(picture, whose), media_type="image/svg+xml", headers=kept)
    return Response(png(picture, whose), media_type="image/png", headers=kept)
