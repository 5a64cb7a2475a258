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
import struct
import subprocess
import sys
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory
from threading import BoundedSemaphore
from typing import Literal, NamedTuple

LARGEST = 5_000_000
"""[default] Bytes that may come in."""
MOST_PIXELS = 40_000_000
"""[default] Of a PNG or JPEG, unpacked: 160 MB at most."""
WIDTH = 2000
"""[default] Pixels of what goes out: enough for a large screen."""
TALLEST = 3.0
"""[default] How many times as high as wide, or as wide as high."""
PATIENCE_S = 20
AT_ONCE = 2
"""[default] Drawn at once. A page waits for its drawing: more would leave no thread for those who watch."""
MEMORY = 1_500_000_000

PNG, JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"
_SIZES_OF_JPEG = frozenset({*range(0xC0, 0xC4), *range(0xC5, 0xC8), *range(0xC9, 0xCC), *range(0xCD, 0xD0)})
_drawing = BoundedSemaphore(AT_ONCE)


class Drawing(NamedTuple):
    png: bytes
    width: int
    height: int


class Undrawable(NamedTuple):
    """Why nothing came of it."""

    why: Literal[
        "too large", "not a picture", "too many pixels", "too long a shape", "cannot be drawn", "busy"
    ]


def draw(content: bytes) -> Drawing | Undrawable:
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
    if not _drawing.acquire(blocking=False):
        return Undrawable("busy")
    try:
        png = _drawn(content, kind)
    finally:
        _drawing.release()
    size = _size_of_png(png) if png is not None else None
    if png is None or size is None:
        return Undrawable("cannot be drawn")
    return Drawing(png, *size)


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


def _drawn(content: bytes, kind: str) -> bytes | None:
    """By a process that is ended where it takes too long or too much."""
    with TemporaryDirectory() as folder:
        copyfile(Path(__file__).parents[1] / "documents" / "floor_plan.typ", Path(folder, "floor_plan.typ"))
        Path(folder, f"plan.{kind}").write_bytes(content)
        try:
            done = subprocess.run(
                [sys.executable, "-I", "-m", "dashboards.wall.drawing", folder, f"plan.{kind}"],
                capture_output=True,
                timeout=PATIENCE_S,
                cwd=Path(__file__).parents[2],
                check=False,
            )
        except subprocess.TimeoutExpired:
            return None
    return done.stdout if done.returncode == 0 and done.stdout.startswith(PNG) else None


def _draw_here(folder: str, file: str) -> None:
    import typst

    os.nice(10)
    resource.setrlimit(resource.RLIMIT_CPU, (PATIENCE_S, PATIENCE_S))
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
