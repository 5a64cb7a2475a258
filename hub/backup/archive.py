"""The file of a backup: a tar archive, deflated, encrypted as age does it (age-encryption.org/v1).

The first member is the manifest: what is in it, with sizes, digests and counts. It is encrypted to the
public key that the installation was given, whose other half is kept elsewhere, and to a key that lives only
as long as the process that writes: with that one it reads back what it wrote.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import shutil
import tarfile
import zlib
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path, PurePosixPath
from threading import Thread
from typing import IO, Any

import msgspec
import pyrage
from pyrage.x25519 import Identity, Recipient

MANIFEST = "manifest.json"
FORMAT = 1
LARGEST_MANIFEST = 4 * 1024**2
_CHUNK = 1024**2


class BackupError(Exception):
    """It cannot be written or read; the message is for whoever runs the house."""


class Member(msgspec.Struct, frozen=True):
    """`sha256` in hexadecimal."""

    bytes: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True):
    """`counts`: rows by table of the hub's database. `cursor`: the last reading that the history holds."""

    sites: tuple[str, ...]
    made_at: datetime
    schema: int
    history_schema: int
    cursor: int
    counts: dict[str, int]
    files: dict[str, Member]
    format: int = FORMAT


def recipient_of(key: str) -> Recipient:
    """Raises BackupError where it is no public key."""
    try:
        return Recipient.from_str(key.strip())
    except pyrage.RecipientError:
        raise BackupError(
            "VAKA_BACKUP_RECIPIENT is no public key of age; expected age1…, printed by"
            " `vaka backup --new-key FILE`"
        ) from None


def identity_of(file: Path) -> Identity:
    """The secret key in a file as age-keygen writes it. Raises BackupError, OSError."""
    lines = (line.strip() for line in file.read_text("utf-8", "replace").splitlines())
    key = next((line for line in lines if line.startswith("AGE-SECRET-KEY-")), "")
    try:
        return Identity.from_str(key)
    except pyrage.IdentityError:
        raise BackupError(f"{file} holds no secret key of age; expected a line AGE-SECRET-KEY-1…") from None


def write(
    target: Path, folder: Path, names: Iterable[str], manifest: Manifest, recipients: Sequence[Recipient]
) -> None:
    """Write these files of a folder. Nothing is left behind where it fails. Raises BackupError, OSError."""

    def tar(pipe: IO[bytes]) -> None:
        with (
            gzip.GzipFile(fileobj=pipe, mode="wb", compresslevel=3) as deflated,
            tarfile.open(fileobj=deflated, mode="w|") as archive,
        ):
            said = msgspec.json.encode(manifest)
            head = tarfile.TarInfo(MANIFEST)
            head.size = len(said)
            archive.addfile(head, io.BytesIO(said))
            for name in names:
                archive.add(folder / name, name, recursive=False)

    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as out:
            with _Pumped(tar) as source:
                pyrage.encrypt_io(source, out, list(recipients))
            out.flush()
            os.fsync(out.fileno())
    except BaseException as error:
        target.unlink()
        if isinstance(error, pyrage.EncryptError):
            raise BackupError(f"{target} can't be written: {error}") from None
        raise


def read(file: Path, identity: Identity, into: Path) -> Manifest:
    """Decrypt into an empty folder, and see that each member is what the manifest says. Raises BackupError
    (another's key, cut off, changed), OSError.
    """
    read_end, write_end = os.pipe()
    fault: list[Exception] = []

    def decrypt() -> None:
        try:
            # The pipe first: it is closed also where the file can't be opened, and its reader waits no more.
            with os.fdopen(write_end, "wb") as sink, file.open("rb") as source:
                pyrage.decrypt_io(source, sink, [identity])
        except Exception as error:
            fault.append(error)

    pump = Thread(target=decrypt, daemon=True)
    pump.start()
    try:
        with os.fdopen(read_end, "rb") as source:
            manifest = _extracted(file, source, into)
            shutil.copyfileobj(
                source, _Nowhere(), _CHUNK
            )  # what comes after the archive's end is checked too
    except (tarfile.TarError, zlib.error, EOFError, OSError, msgspec.MsgspecError) as error:
        pump.join()
        if isinstance(error, OSError) and not fault:
            raise  # our own disk, not the file
        raise _why(file, fault, error) from None
    pump.join()
    if fault:
        raise _why(file, fault, fault[0])
    _compare(file, manifest, into)
    return manifest


def digest_of(file: Path) -> Member:
    digest = hashlib.sha256()
    with file.open("rb") as source:
        while chunk := source.read(_CHUNK):
            digest.update(chunk)
    return Member(file.stat().st_size, digest.hexdigest())


class _Nowhere(io.RawIOBase):
    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        return len(data)


class _Pumped:
    """What a function writes into a pipe, to be read while it is written; its fault is raised at the end."""

    def __init__(self, write: Callable[[IO[bytes]], None]) -> None:
        self._write = write
        self._fault: Exception | None = None
        read_end, self._end = os.pipe()
        self._source = os.fdopen(read_end, "rb")
        self._thread = Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        try:
            with os.fdopen(self._end, "wb") as sink:
                self._write(sink)
        except Exception as error:
            self._fault = error

    def __enter__(self) -> IO[bytes]:
        self._thread.start()
        return self._source

    def __exit__(self, kind: object, *_: object) -> None:
        self._source.close()
        self._thread.join()
        if self._fault is not None and kind is None:
            raise self._fault


def _extracted(file: Path, source: IO[bytes], into: Path) -> Manifest:
    """Nothing is written that the manifest does not name, and no more than it says and the disk has room for:
    a small file may hold endless zeros.
    """
    manifest: Manifest | None = None
    with tarfile.open(fileobj=source, mode="r|gz") as archive:
        for member in archive:
            content = archive.extractfile(member)
            path = PurePosixPath(member.name)
            if content is None or path.is_absolute() or ".." in path.parts:
                raise tarfile.TarError(f"{member.name!r} does not belong into a backup")
            if manifest is None:
                if member.name != MANIFEST or member.size > LARGEST_MANIFEST:
                    raise tarfile.TarError("it does not begin with a manifest")
                manifest = msgspec.json.decode(content.read(), type=Manifest)
                needed, free = sum(one.bytes for one in manifest.files.values()), shutil.disk_usage(into).free
                if needed > free:
                    raise BackupError(
                        f"{file} needs {needed} bytes; expected that much room, there are {free}"
                    )
                continue
            said = manifest.files.get(member.name)
            if said is None or said.bytes != member.size or (into / path).exists():
                raise BackupError(f"{file} is damaged: {member.name} is not what the manifest says")
            target = into / path
            target.parent.mkdir(parents=True, exist_ok=True)
            with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as sink:
                shutil.copyfileobj(content, sink, _CHUNK)
    if manifest is None:
        raise tarfile.TarError("it is empty")
    return manifest


def _compare(file: Path, manifest: Manifest, into: Path) -> None:
    if manifest.format != FORMAT:
        raise BackupError(f"{file} was written by a newer Vaka (format {manifest.format}); run that one")
    found = {str(p.relative_to(into)): digest_of(p) for p in into.rglob("*") if p.is_file()}
    for name in sorted({*found, *manifest.files}):
        if found.get(name) != manifest.files.get(name):
            raise BackupError(f"{file} is damaged: {name} is not what the manifest says")


def _why(file: Path, fault: Sequence[Exception], error: Exception) -> BackupError:
    said = str(fault[0] if fault else error)
    if any(isinstance(one, FileNotFoundError | PermissionError) for one in fault):
        return BackupError(f"{file} can't be read: {said}")
    if "No matching keys" in said:
        return BackupError(f"{file} was encrypted to another key; expected the one that goes with it")
    if not fault and isinstance(error, tarfile.TarError):
        return BackupError(f"{file} is no backup of Vaka: {said}")
    return BackupError(f"{file} is damaged (cut off, or changed after it was written): {said}")
