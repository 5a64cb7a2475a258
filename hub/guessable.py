"""Passwords that others try first: a short one again and again, keys in a row, a word that many choose, one's
own user name.
"""

from __future__ import annotations

import re

_FEWEST_KINDS = 5
"""[default] Different characters."""
_SHORTEST_NAME = 3
_ROWS = tuple(
    way
    for row in (
        "0123456789" * 2,
        "abcdefghijklmnopqrstuvwxyzæøå",
        "qwertyuiopåasdfghjkløæzxcvbnm",
        "qwertyuiopasdfghjklzxcvbnm",
    )
    for way in (row, row[::-1])
)
_COMMON = frozenset(
    {
        "abc",
        "abcd",
        "admin",
        "administrator",
        "asdf",
        "asdfgh",
        "hemmelig",
        "høst",
        "iloveyou",
        "letmein",
        "norge",
        "norway",
        "omsorg",
        "omsorgsbolig",
        "passord",
        "password",
        "qwerty",
        "qwertyuiop",
        "sommer",
        "sommar",
        "sykehjem",
        "sykepleier",
        "vaka",
        "velkommen",
        "velkomen",
        "vinter",
        "vår",
        "welcome",
    }
)
_AS_LETTERS = str.maketrans("013457$@!", "oieastsai")


def is_easy(password: str, *names: str) -> bool:
    """Digits and signs round a common word hide it from nobody: `Sommer2026!`. Nor is one's own user name
    hidden by what stands round it.
    """
    said = password.casefold()
    if any(_holds(said, name) for name in names):
        return True
    if len(set(said)) < _FEWEST_KINDS or _is_repeated(said) or any(said in row for row in _ROWS):
        return True
    words = re.findall(r"[^\W\d_]+", said)
    if words and all(_once(word) in _COMMON for word in words):
        return True
    meant = (_letters(said).translate(_AS_LETTERS), _letters(said.translate(_AS_LETTERS)))
    return any(_once(word) in _COMMON for word in meant)


def _holds(said: str, name: str) -> bool:
    """A name, and of an e-mail address what stands before the @; two letters are in many words."""
    known = name.casefold().partition("@")[0]
    return len(known) >= _SHORTEST_NAME and (known in said or known in said.translate(_AS_LETTERS))


def _is_repeated(text: str) -> bool:
    return text in (text + text)[1:-1]


def _once(word: str) -> str:
    """`passord` of `passordpassord`."""
    return re.sub(r"^(.+?)\1+$", r"\1", word)


def _letters(text: str) -> str:
    """Without what stands before and after them."""
    return re.sub(r"^[\W\d_]+|[\W\d_]+$", "", text)
