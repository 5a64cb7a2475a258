"""Every picture is drawn here: SVG whose places across are in percent and down in pixels, so that words keep
their size on every screen and on paper. Looks are classes of static/picture.css alone.

Here: shapes, and the same drawing for a page (`inline`) and as a file of its own (`document`), which carries
the style sheet with its light colours in it. Not here: what is drawn, and its words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from markupsafe import Markup, escape

from dashboards.pictures.times import clock
from rules.wording import Voice

STATIC = Path(__file__).parent.parent / "static"
LEAST_WIDTH = 0.25
"""%; what lasted a moment is still seen."""
FILE_WIDTH = 1000
"""px of a drawing as a file of its own."""
Shape = Literal["high", "medium", "low", "seen", "more", "less"]
_SHAPES: dict[Shape, str] = {
    "high": "M0 -9 L9 0 L0 9 L-9 0 Z",
    "medium": "M0 -8 L8.5 7 L-8.5 7 Z",
    "low": "M-7 -7 H7 V7 H-7 Z",
    "seen": "M-6 0 A6 6 0 1 1 6 0 A6 6 0 1 1 -6 0 Z",
    "more": "M-7 3 L0 -4 L7 3 Z",
    "less": "M-7 -3 L0 4 L7 -3 Z",
}
"""Shapes as well as colours tell them apart: diamond, triangle, square, a dot for somebody who came, and
triangles up and down for more and less than usual.
"""
_PATTERNS = (
    '<pattern id="{0}-unheard" width="7" height="7" patternUnits="userSpaceOnUse"'
    ' patternTransform="rotate(45)"><rect class="unheard-ground" width="7" height="7"/>'
    '<line class="unheard-line" x1="0" y1="0" x2="0" y2="7"/></pattern>'
    '<pattern id="{0}-dots" width="6" height="6" patternUnits="userSpaceOnUse">'
    '<rect class="dots-ground" width="6" height="6"/>'
    '<circle class="dots-dot" cx="3" cy="3" r="1.25"/></pattern>'
)
_PATTERNED = {"unheard": "unheard", "bathroom": "dots"}
_DOTS = frozenset({"within", "above", "below", "too_little", "alert-mark"})
_LINES = frozenset({"value", "middle", "ahead", "level"})


class Axis:
    """Instants as % of a stretch. A day of 23 or 25 hours is drawn as long as it is."""

    def __init__(self, since: datetime, until: datetime) -> None:
        self.since, self.until = since.astimezone(UTC), until.astimezone(UTC)
        self._length = self.until - self.since

    def x(self, instant: datetime) -> float:
        share = (instant.astimezone(UTC) - self.since) / self._length
        return round(100 * min(max(share, 0.0), 1.0), 3)

    def hours(self, zone: ZoneInfo) -> Iterable[tuple[float, datetime]]:
        """Where each whole hour lies; over a change of the clock the words jump, not the places."""
        instant = self.since.replace(minute=0, second=0, microsecond=0)
        while instant <= self.until:
            if instant >= self.since:
                yield self.x(instant), instant.astimezone(zone)
            instant += timedelta(hours=1)


class Drawing:
    """`name`: unique on its page. `height`: px. `gutter`: px to the left of 0 %, for names of rows."""

    def __init__(self, name: str, height: float, gutter: int = 0) -> None:
        self.name, self.height, self.gutter = name, round(height), gutter
        self._parts: list[str] = []

    def rect(
        self,
        look: str,
        x: float,
        width: float,
        y: float,
        height: float,
        say: str = "",
        row: int | None = None,
        round_: float = 0,
    ) -> None:
        """`say`: what is told of it when it is pointed at or reached by the arrow keys, in row `row`."""
        x = min(x, 100 - LEAST_WIDTH)
        corner = f' rx="{round_:g}"' if round_ else ""
        fill = f' fill="url(#{self.name}-{_PATTERNED[look]})"' if look in _PATTERNED else ""
        shape = (
            f'<rect class="{look}{" m" if say else ""}"{fill} x="{x:g}%" width="{max(width, LEAST_WIDTH):g}%"'
            f' y="{y:g}" height="{height:g}"{corner}'
        )
        self._parts.append(shape + self._told("rect", say, row))

    def line(self, look: str, x1: float, y1: float, x2: float, y2: float) -> None:
        self._parts.append(f'<line class="{look}" x1="{x1:g}%" y1="{y1:g}" x2="{x2:g}%" y2="{y2:g}"/>')

    def tick(self, look: str, x: float, y1: float, y2: float, say: str, row: int) -> None:
        start = f'<line class="{look} m" x1="{x:g}%" x2="{x:g}%" y1="{y1:g}" y2="{y2:g}"'
        self._parts.append(start + self._told("line", say, row))

    def dot(
        self, look: str, x: float, y: float, radius: float, say: str = "", row: int | None = None
    ) -> None:
        start = f'<circle class="{look}{" m" if say else ""}" cx="{x:g}%" cy="{y:g}" r="{radius:g}"'
        self._parts.append(start + self._told("circle", say, row))

    def shape(self, shape: Shape, x: float, y: float, say: str = "", row: int | None = None) -> None:
        look = f"shape-{shape}{' m' if say else ''}"
        path = f'<path class="{look}" d="{_SHAPES[shape]}"' + self._told("path", say, row)
        self._parts.append(f'<svg x="{x:g}%" y="{y:g}" overflow="visible">{path}</svg>')

    def text(self, look: str, x: float, y: float, words: str, anchor: str = "") -> None:
        anchor = anchor or ("start" if x < 4 else "end" if x > 96 else "middle")
        self._parts.append(
            f'<text class="{look}" x="{x:g}%" y="{y:g}" text-anchor="{anchor}">{escape(words)}</text>'
        )

    def beside(self, look: str, y: float, words: str, say: str = "") -> None:
        """A row's name in the gutter."""
        told = f"<title>{escape(say)}</title>" if say else ""
        self._parts.append(
            f'<text class="{look}" x="-8" y="{y:g}" text-anchor="end">{told}{escape(words)}</text>'
        )

    def area(self, look: str, points: Sequence[tuple[float, float]], y: float, height: float) -> None:
        """A filled shape; its points are % of the width and of `height`."""
        corners = " ".join(f"{x:g},{down:g}" for x, down in points)
        self._parts.append(
            f'<svg x="0" y="{y:g}" width="100%" height="{height:g}" viewBox="0 0 100 100"'
            f' preserveAspectRatio="none"><polygon class="{look}" points="{corners}"/></svg>'
        )

    def curve(self, look: str, points: Sequence[tuple[float, float]]) -> None:
        """A line through points (%, px)."""
        for (x1, y1), (x2, y2) in pairwise(points):
            self.line(look, x1, y1, x2, y2)

    def hours(self, axis: Axis, zone: ZoneInfo, top: float, every: int = 3) -> None:
        """The clock along the bottom: each hour a fine line, each `every`-th a line with its number."""
        bottom = self.height - 22
        words: list[tuple[float, str]] = []
        for x, local in axis.hours(zone):
            if local.hour % every:
                self.line("fine", x, top, x, bottom)
                self._parts.append(
                    f'<text class="axis fine" x="{x:g}%" y="{self.height - 6}" text-anchor="middle">'
                    f"{local:%H}</text>"
                )
                continue
            self.line("grid", x, top, x, bottom)
            if not words or words[-1][1] != f"{local:%H}" or x - words[-1][0] > 6:
                words.append((x, f"{local:%H}"))
        for number, (x, word) in enumerate(words):
            self.text("axis odd" if number % 2 else "axis", x, self.height - 6, word)

    def minutes(self, axis: Axis, voice: Voice, top: float, every: int = 10) -> None:
        """The clock along the bottom of an hour or so: a line with its time every so many minutes."""
        instant = axis.since.replace(second=0, microsecond=0)
        while instant <= axis.until:
            if instant >= axis.since and instant.minute % every == 0:
                x = axis.x(instant)
                self.line("grid", x, top, x, self.height - 22)
                if not 2 < x < 8 and not 92 < x < 98:  # there it would run into its neighbour on a phone
                    self.text("axis", x, self.height - 6, clock(instant, voice))
            instant += timedelta(minutes=1)

    def _told(self, element: str, say: str, row: int | None) -> str:
        if not say:
            return "/>"
        where = f' data-row="{row}"' if row is not None else ""
        return f"{where}><title>{escape(say)}</title></{element}>"

    def inline(self, label: str) -> Markup:
        """Within a page; its gutter is the padding of its class."""
        look = f"picture gutter-{self.gutter}" if self.gutter else "picture"
        return Markup(
            f'<svg class="{look}" width="100%" height="{self.height}" role="img"'
            f' aria-label="{escape(label)}">{self._content()}</svg>'
        )

    def document(self, title: str, key: Iterable[tuple[str, str]] = ()) -> str:
        """A file of its own, FILE_WIDTH wide, with its title above and what its looks mean below."""
        above, margin = 44, 16
        width = FILE_WIDTH - 2 * margin - self.gutter
        explained, below = _explained(key, self.name, self.height + above + 14)
        height = self.height + above + below + margin
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{FILE_WIDTH}" height="{height}"'
            f' viewBox="0 0 {FILE_WIDTH} {height}"><title>{escape(title)}</title><style>{_style()}</style>'
            f'<rect class="paper" width="{FILE_WIDTH}" height="{height}"/>'
            f'<text class="title" x="{margin}" y="28">{escape(title)}</text>'
            f'<svg class="picture" x="{margin + self.gutter}" y="{above}" width="{width}"'
            f' height="{self.height}" overflow="visible">{self._content()}</svg>{explained}</svg>'
        )

    def alone(self, width: int) -> str:
        """A file with nothing but the picture, `width` px wide, for a letter whose words stand around it."""
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{self.height}"'
            f' viewBox="0 0 {width} {self.height}"><style>{_style()}</style>'
            f'<rect class="paper" width="{width}" height="{self.height}"/>'
            f'<svg class="picture" width="{width}" height="{self.height}">{self._content()}</svg></svg>'
        )

    def _content(self) -> str:
        return f"<defs>{_PATTERNS.format(self.name)}</defs>{''.join(self._parts)}"


def _explained(key: Iterable[tuple[str, str]], name: str, y: float) -> tuple[str, int]:
    """A line for each look, two beside each other; and how high it is."""
    parts, used = [], 0
    for number, (look, words) in enumerate(key):
        x, down = 16 + (number % 2) * 490, y + (number // 2) * 24
        parts.append(
            f'<svg x="{x}" y="{down:g}" width="28" height="18" overflow="visible">{_swatch(look, name)}</svg>'
            f'<text class="key-word" x="{x + 38}" y="{down + 14:g}">{escape(words)}</text>'
        )
        used = 14 + (number // 2 + 1) * 24
    return f'<g class="picture">{"".join(parts)}</g>', used


def mark_of(look: str) -> Markup:
    """What something looks like, for a page to say what it means."""
    patterns = f"<defs>{_PATTERNS.format(f'key-{look}')}</defs>" if look in _PATTERNED else ""
    return Markup(
        '<svg class="picture swatch" width="28" height="18" aria-hidden="true">'
        f"{patterns}{_swatch(look, f'key-{look}')}</svg>"
    )


def _swatch(look: str, name: str) -> str:
    """28 by 18 px."""
    if look.startswith("shape-"):
        path = _SHAPES[look.removeprefix("shape-")]  # type: ignore[index]
        return f'<svg x="14" y="9" overflow="visible"><path class="{look}" d="{path}"/></svg>'
    if look in _DOTS:
        return f'<circle class="{look}" cx="14" cy="9" r="7"/>'
    if look in _LINES:
        return f'<line class="{look}" x1="1" y1="9" x2="27" y2="9"/>'
    fill = f' fill="url(#{name}-{_PATTERNED[look]})"' if look in _PATTERNED else ""
    return f'<rect class="{look}"{fill} x="1" y="2" width="26" height="14"/>'


@cache
def _style() -> str:
    """static/picture.css with the light tokens put in: whoever reads the file knows no variables."""
    given = (STATIC / "tokens.css").read_text("utf-8").split("@media")[0]
    tokens: dict[str, str] = dict(re.findall(r"(--[\w-]+): ([^;]+);", given))
    sheet = (STATIC / "picture.css").read_text("utf-8")
    drawn = sheet.split("/* Drawn */")[1].split("/* The page around it */")[0]
    drawn = re.sub(r"/\*.*?\*/", "", drawn, flags=re.DOTALL)
    while "var(" in drawn:
        drawn = re.sub(r"var\((--[\w-]+)\)", lambda found: tokens[found[1]], drawn)
    return re.sub(r"\s*\n\s*", "", drawn)
