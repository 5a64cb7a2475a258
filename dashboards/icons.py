"""Vaka's sign as a phone wants it on its home screen and beside a notification: drawn from the same SVG as in
the pages, once, when it is first asked for.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import NamedTuple

import typst

HERE = Path(__file__).parent


class Icon(NamedTuple):
    """`size`: pixels, each way. `maskable`: to the edges, since the phone cuts its own shape out of it."""

    size: int
    maskable: bool = False
    drawing: str = "mark.svg"


ICONS: dict[str, Icon] = {
    "icon-192.png": Icon(192),
    "icon-512.png": Icon(512),
    "maskable-192.png": Icon(192, maskable=True),
    "maskable-512.png": Icon(512, maskable=True),
    "apple-touch-icon.png": Icon(180, maskable=True),
    "badge.png": Icon(96, drawing="badge.svg"),
}


@cache
def png(name: str) -> bytes:
    """Raises KeyError for a name that there is not."""
    icon = ICONS[name]
    inputs = {
        "size": str(icon.size),
        "maskable": "yes" if icon.maskable else "no",
        "file": f"/static/{icon.drawing}",
    }
    drawn = typst.compile(
        HERE / "documents" / "icon.typ", root=HERE, format="png", ppi=72.0, sys_inputs=inputs
    )
    assert isinstance(drawn, bytes)
    return drawn


@cache
def icon_address(name: str) -> str:
    """It changes with the picture, so that browsers may keep it for good."""
    return f"/icons/{name}?{hashlib.sha256(png(name)).hexdigest()[:12]}"
