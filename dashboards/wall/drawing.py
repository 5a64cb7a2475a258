"""What somebody uploads as a floor plan becomes a PNG: PNG, JPEG or SVG go in, only what they look like comes
out. An SVG is never served as it came: it may hold scripts and addresses.

What it is, its content says and not its name. Drawn by Typst (docs/adr/0021-floor-plans.md) in a
process of its own with limits, which sees no file but this one: a drawing made to eat memory or time costs
nobody's board.
"""

from __future__ import annotations

import os
import re
import resource
import signal
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Literal, NamedTuple

LARGEST = 5_000_000
"""[default] Bytes that may come in."""
MOST_PIXELS = 40_000_000
"""[default] Of a PNG or JPEG, unpacked: 160 MB at most."""
WIDTH = 2000
"""[default] Pixels of what goes out: enough for a large screen."""
TALLEST = 3.0
"""[default] How many times as high as wide, or as wide as high."""
PATIENCE_S = 5
"""[default] Of the processor's time: no longer on a machine that has other things to do."""
LONGEST_S = 10
"""[default] By the clock."""
AT_ONCE = 2
"""[default] Drawn at once, each for somebody else. A page waits for its drawing: more would leave no thread
for those who watch.
"""
MEMORY = 1_500_000_000

PNG, JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"
_SIZES_OF_JPEG = frozenset({*range(0xC0, 0xC4), *range(0xC5, 0xC8), *range(0xC9, 0xCC), *range(0xCD, 0xD0)})
_FILTER = re.compile(rb"(?<=[<:/])filter(?=[\s>/])|\bfilter(?=\s*[:=])")
"""An SVG's shadows and blurs, as elements and in its styles: a few hundred take minutes."""
_drawn_for: set[str] = set()
_places = Lock()


class Drawing(NamedTuple):
    png: bytes
    width: int
    height: int


class Undrawable(NamedTuple):
    """Why nothing came of it."""

    why: Literal[
        "too large",
        "not a picture",
        "too many pixels",
        "too long a shape",
        "cannot be drawn",
        "took too long",
        "busy",
        "one at a time",
    ]


def draw(content: bytes, by: str) -> Drawing | Undrawable:
    """`by`: for whom; nobody has two drawn at once."""
    if len(content) > LARGEST:
        return Undrawable("too large")
    kind = _kind(content)
    if kind is None:
        return Undrawable("not a picture")
    if kind != "svg":
        size = _size_of_png(content) if kind == "png" else _size_of_jpeg(content)
        if size is None:
            return Undrawable("not a picture")
        if size[0] * size[1] > MOST_PIXELS:
            return Undrawable("too many pixels")
        if not 1 / TALLEST <= size[0] / size[1] <= TALLEST:
            return Undrawable("too long a shape")
    else:
        content = _FILTER.sub(b"nothing", content)
    with place(by) as refused:
        png = refused or _drawn(content, kind)
    if isinstance(png, Undrawable):
        return png
    size = _size_of_png(png)
    return Drawing(png, *size) if size is not None else Undrawable("cannot be drawn")


@contextmanager
def place(by: str) -> Iterator[Undrawable | None]:
    """One of the places to draw, where one is free."""
    with _places:
        refused = _why_no_place(by)
        if refused is None:
            _drawn_for.add(by)
    if refused is not None:
        yield refused
        return
    try:
        yield None
    finally:
        with _places:
            _drawn_for.discard(by)


def _why_no_place(by: str) -> Undrawable | None:
    if by in _drawn_for:
        return Undrawable("one at a time")
    return Undrawable("busy") if len(_drawn_for) >= AT_ONCE else None


def _kind(content: bytes) -> Literal["png", "jpg", "svg"] | None:
    if content.startswith(PNG):
        return "png"
    if content.startswith(JPEG):
        return "jpg"
    head = content[:1000].removeprefix(b"\xef\xbb\xbf").lstrip()
    return "svg" if head.startswith(b"<") and re.search(rb"<svg[\s>]", content[:20_000]) else None


def _size_of_png(content: bytes) -> tuple[int, int] | None:
    if len(content) < 24 or content[12:16] != b"IHDR":
        return None
    width, height = struct.unpack(">II", content[16:24])
    return (width, height) if width and height else None


def _size_of_jpeg(content: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 9 < len(content) and content[at] == 0xFF:
        marker, length = content[at + 1], int.from_bytes(content[at + 2 : at + 4], "big")
        if marker in _SIZES_OF_JPEG:
            height, width = struct.unpack(">HH", content[at + 5 : at + 9])
            return (width, height) if width and height else None
        at += 2 + length
    return None


def _drawn(content: bytes, kind: str) -> bytes | Undrawable:
    """By a process that is ended where it takes too long or too much."""
    with TemporaryDirectory() as folder:
        copyfile(Path(__file__).parents[1] / "documents" / "floor_plan.typ", Path(folder, "floor_plan.typ"))
        Path(folder, f"plan.{kind}").write_bytes(content)
        try:
            done = subprocess.run(
                [sys.executable, "-I", "-m", "dashboards.wall.drawing", folder, f"plan.{kind}"],
                capture_output=True,
                timeout=LONGEST_S,
                cwd=Path(__file__).parents[2],
                check=False,
            )
        except subprocess.TimeoutExpired:
            return Undrawable("took too long")
    if done.returncode == -signal.SIGXCPU:
        return Undrawable("took too long")
    drawn = done.returncode == 0 and done.stdout.startswith(PNG)
    return done.stdout if drawn else Undrawable("cannot be drawn")


def _draw_here(folder: str, file: str) -> None:
    import typst

    os.nice(10)
    resource.setrlimit(resource.RLIMIT_CPU, (PATIENCE_S, PATIENCE_S + 1))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    inputs = {"file": file, "width": str(WIDTH)}
    drawn = typst.compile(
        Path(folder, "floor_plan.typ"), root=Path(folder), format="png", ppi=72.0, sys_inputs=inputs
    )
    assert isinstance(drawn, bytes)
    sys.stdout.buffer.write(drawn)


if __name__ == "__main__":
    _draw_here(*sys.argv[1:])
