"""Pictures of time: a resident's day, nights and weeks, a device's battery, link and gaps, a unit's alerts.

Here: what each shows, in words and as a table too. Not here: the figures (rules/, hub/heard.py), and who may
see them (the pages and calls that show them).
"""

from __future__ import annotations

from typing import NamedTuple

from dashboards.pictures.drawing import Drawing


class Picture(NamedTuple):
    """`says`: in a sentence or two what it shows; `key`: what its looks mean; `head` and `rows`: the same as
    a table. All words are in the reader's language.
    """

    drawing: Drawing
    title: str
    says: str
    key: tuple[tuple[str, str], ...]
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
