"""Passwords for the demo: three words to read aloud and to type. For an installation: `vaka password`."""

from __future__ import annotations

import secrets

_WORDS = (
    *("anker", "bjerk", "blomst", "bregne", "brygge", "bukett", "eple", "fakkel", "fjell", "fjord", "furu"),
    *("gitar", "glede", "gran", "gress", "hage", "hassel", "havre", "himmel", "hytte", "iris", "juni"),
    *("kaffe", "kanel", "kano", "kilde", "klokke", "kvist", "lampe", "linje", "lykt", "lyng", "mandel"),
    *("mose", "nellik", "nype", "oktober", "onsdag", "perle", "pinne", "plomme", "regn", "rogn", "rosin"),
    *("saft", "salme", "seil", "skog", "slede", "snekke", "sommer", "sopp", "stein", "stige", "strand"),
    *("sukker", "svale", "tang", "tinde", "trapp", "ugle", "vaffel", "varde", "vinter"),
)


def passphrase() -> str:
    """Good for a house that does not exist, on a machine of one's own."""
    return "-".join(secrets.choice(_WORDS) for _ in range(3))
