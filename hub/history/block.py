"""A block: some readings of one device and one measure, in the order of the journal, as a few bytes each.

Columns as MessagePack, instants and numbers as steps from one to the next in the largest unit that fits
them all, deflated where that pays. Nothing is rounded.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise
from math import gcd
from typing import Any, NamedTuple

import msgspec

_PAYS = 120
"""Bytes below which deflating gains nothing."""
_DEFLATED = 0x78
"""The first byte of what zlib writes; MessagePack's of eight columns is another."""


class Row(NamedTuple):
    """A reading of the journal without its device and measure. Instants in µs; `delay`: from `at` to its
    arrival. The value is as the database has it: 0 or 1 for a state.
    """

    seq: int
    at: int
    value: int | float | str
    delay: int
    flags: int


class _Columns(msgspec.Struct, array_like=True):
    first_seq: int
    first_at: int
    unit: int
    """µs: all steps between instants are multiples of it."""
    seqs: list[int]
    ats: list[int]
    values: list[Any]
    delays: list[int]
    flags: list[int]


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_Columns).decode


def packed(rows: Sequence[Row]) -> bytes:
    """At least one row, in order of `seq`."""
    seqs, ats, values, delays, flags = zip(*rows, strict=True)
    steps = [after - before for before, after in pairwise(ats)]
    unit = gcd(*steps) or 1
    columns = _Columns(
        seqs[0],
        ats[0],
        unit,
        [after - before for before, after in pairwise(seqs)],
        [step // unit for step in steps],
        list(values),
        list(delays),
        _short(flags),
    )
    plain = _encode(columns)
    return zlib.compress(plain) if len(plain) > _PAYS else plain


def unpacked(block: bytes) -> Iterator[tuple[int, int, Any, int, int]]:
    """The rows again, as plain tuples: a year of them is read in one go."""
    columns = _decode(zlib.decompress(block) if block[0] == _DEFLATED else block)
    unit, count = columns.unit, len(columns.values)
    ats = accumulate((step * unit for step in columns.ats), initial=columns.first_at)
    seqs = accumulate(columns.seqs, initial=columns.first_seq)
    flags = columns.flags if len(columns.flags) == count else columns.flags * count
    return zip(seqs, ats, columns.values, columns.delays, flags, strict=True)


def _short(flags: Sequence[int]) -> list[int]:
    """One where all are the same, which is nearly always."""
    return [flags[0]] if len(set(flags)) == 1 else list(flags)
