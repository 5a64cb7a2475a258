"""A key of this installation's own, in a file of the data folder: made once, readable by its owner alone."""

from __future__ import annotations

import os
import secrets
from base64 import b64decode, b64encode
from collections.abc import Callable
from pathlib import Path


def kept_key(path: Path, make: Callable[[], bytes]) -> bytes:
    """What stands in the file; where there is none, what `make` gives, written there first. Raises OSError,
    and ValueError where the file is no key.
    """
    try:
        return b64decode(path.read_text("ascii"), validate=True)
    except FileNotFoundError:
        pass
    key = make()
    new = _written(path, b64encode(key).decode(), 0o600)
    try:
        os.link(new, path)  # another process may have been quicker: then its key counts
    except FileExistsError:
        return kept_key(path, make)
    finally:
        new.unlink()
    return key


def write_anew(path: Path, text: str) -> None:
    """A file that is no secret: all of it, or as it was."""
    _written(path, text, 0o644).replace(path)


def _written(path: Path, text: str, mode: int) -> Path:
    """A new file beside it."""
    new = path.with_suffix(f".{secrets.token_hex(8)}")
    try:
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
    except OSError:  # a full disk
        new.unlink(missing_ok=True)
        raise
    return new
