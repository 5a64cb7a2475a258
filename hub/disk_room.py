"""Whether a disk has room for what is to be written beside the hub's own readings: work that can wait does
not begin where it would fill the disk. A full one takes no reading, and no alert.

Not here: who watches over the disk (hub/watch/look.py).
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

LEFT_FREE = 64 * 1024**2
"""[default] Bytes that stay for the hub meanwhile: a building's readings of some days."""


class NoRoomError(OSError):
    """The disk has too little room, in a sentence."""


def expect_room(wanted: Iterable[tuple[Path, int]]) -> None:
    """`wanted`: bytes in a folder that is there; folders of one disk share it. Raises NoRoomError."""
    by_disk: Counter[int] = Counter()
    folder_of: dict[int, Path] = {}
    for folder, count in wanted:
        disk = folder.stat().st_dev
        by_disk[disk] += count
        folder_of.setdefault(disk, folder)
    for disk, count in by_disk.items():
        free = shutil.disk_usage(folder_of[disk]).free
        if free < count + LEFT_FREE:
            needed = f"{_mib(count + LEFT_FREE)} MiB"
            raise NoRoomError(f"{folder_of[disk]} has {_mib(free)} MiB free; expected {needed}: make room")


def size_of(*files: Path) -> int:
    """Bytes of these files and what SQLite has beside them; 0 of what is not there."""
    beside = [f.with_name(f.name + ending) for f in files for ending in ("", "-wal")]
    return sum(file.stat().st_size for file in beside if file.exists())


def _mib(count: int) -> int:
    return count // 1024**2
