"""The word on what was just done, said again on the page that one comes to."""

from __future__ import annotations

from typing import Literal, get_args
from urllib.parse import urlencode

from dashboards.pages import render
from dashboards.visit import Visit

Said = Literal[
    "ignored", "taken back", "placed", "moved", "undrawn", "replaced", "removed", "imported", "nothing"
]


def with_notice(path: str, said: Said, device: str = "") -> str:
    """The address of a page that says it."""
    return f"{path}?{urlencode({'notice': said} | ({'device': device} if device else {}))}"


def notice_text(visit: Visit, said: str, device: str = "") -> str:
    """Empty for a word that we never say: it came in an address."""
    if said not in get_args(Said):
        return ""
    return render(visit.language, "technician/_notice.txt", said=said, device=device[:80]).strip()
