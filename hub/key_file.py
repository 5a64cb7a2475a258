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
    new = path.with_suffix(f".{secrets.token_hex(8)}")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(b64encode(key).decode())
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(new, path)  # another process may have been quicker: then its key counts
    except FileExistsError:
        return kept_key(path, make)
    finally:
        new.unlink()
    return key
