"""Opening the files that are given to a command: a recording of a home, and the site file that belongs to it.

What a row says is devices/recording.py, what a site file says hub/site/file.py.
"""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections.abc import Iterator
from datetime import tzinfo
from pathlib import Path

from devices.reading import Reading
from devices.recording import Refused, readings
from hub.site.file import SiteFile, read_site_bytes
from rules.building import Site

_GZIP = b"\x1f\x8b"


class UnusableFileError(Exception):
    """What is wrong with a file, in a sentence (a site file: one line for each problem)."""


class Recording:
    """The readings of a file, in its order. `refused` fills up on the way: rows that are no readings."""

    def __init__(self, path: Path, zone: tzinfo) -> None:
        self._path, self._zone = path, zone
        self.refused: list[Refused] = []

    def __iter__(self) -> Iterator[Reading]:
        """Raises UnusableFileError, also in the midst of the file."""
        try:
            with self._path.open("rb") as file:
                packed = file.read(2) == _GZIP
                file.seek(0)
                with io.TextIOWrapper(
                    gzip.GzipFile(fileobj=file) if packed else file, "utf-8-sig", newline=""
                ) as rows:
                    for row in readings(rows, self._zone):
                        if isinstance(row, Reading):
                            yield row
                        elif row.line == 1:
                            raise UnusableFileError(f"{self._path} is no recording: {row.why}")
                        else:
                            self.refused.append(row)
        except (OSError, EOFError, zlib.error, UnicodeDecodeError, csv.Error) as fault:
            raise UnusableFileError(f"{self._path} can't be read: {_why(fault)}") from None

    def tell_of_refused(self, examples: int = 3) -> str:
        """How many rows were passed over and why, '' where none was."""
        if not self.refused:
            return ""
        one = len(self.refused) == 1
        said = "row of {} is no reading and was" if one else "rows of {} are no readings and were"
        lines = [f"{len(self.refused)} {said.format(self._path)} passed over:"]
        lines += [f"  line {line}: {why}" for line, why in self.refused[:examples]]
        if len(self.refused) > examples:
            lines.append("  …")
        return "\n".join(lines)


def site_of(path: Path) -> Site:
    """The site that a file describes. Raises UnusableFileError."""
    try:
        found = read_site_bytes(path.read_bytes(), str(path))
    except OSError as fault:
        raise UnusableFileError(f"{path} can't be read: {_why(fault)}") from None
    if not isinstance(found, SiteFile):
        raise UnusableFileError("\n".join(str(problem) for problem in found))
    return found.site


def _why(fault: Exception) -> str:
    if isinstance(fault, gzip.BadGzipFile | EOFError | zlib.error):
        return "its compression (gzip) is broken or it ends too early"
    if isinstance(fault, UnicodeDecodeError):
        return "it is no text in UTF-8"
    if isinstance(fault, OSError):
        return {FileNotFoundError: "there is no such file", IsADirectoryError: "it is a folder"}.get(
            type(fault), fault.strerror or str(fault)
        )
    return str(fault)
