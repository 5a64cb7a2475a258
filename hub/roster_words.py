"""Words that rosters from files are written with, in three languages: as what somebody is on duty, and that
they are not there.
"""

from __future__ import annotations

import re

from rules.duty import Function

_FUNCTIONS: dict[str, Function] = {
    "carer": "carer",
    "pleier": "carer",
    "pleiar": "carer",
    "night_patrol": "night_patrol",
    "night patrol": "night_patrol",
    "nattpatrulje": "night_patrol",
    "nattpatruljen": "night_patrol",
    "nattpatrulja": "night_patrol",
    "leader": "leader",
    "leder": "leader",
    "leiar": "leader",
}

COLUMNS: dict[str, str] = {
    "ansatt": "person",
    "tilsett": "person",
    "fra": "from",
    "frå": "from",
    "til": "to",
    "funksjon": "function",
    "avdelinger": "units",
    "avdelingar": "units",
    "beboere": "residents",
    "bebuarar": "residents",
}
"""What a spreadsheet's columns are called in Norwegian; *person* is the same word."""

# Whole words: whoever comes as "ferievikar" is on duty. One too many shows as a gap, one too few as nobody.
_ABSENT = re.compile(
    r"(?<!\w)(?:"
    r"syk|sykt|sykdom|sjuk|sjukt|sjukdom|(?:syke?|sjuke?|egen|eigen)meld\w*|egenm|"
    r"\w*fravær\w*|\w*fråvær\w*|borte|bortreist|utilgjengelig|utilgjengeleg|"
    r"fri|fridag\w*|frihelg\w*|\w*ferie|ferien|feriedag\w*|ferieuke\w*|ferieveke\w*|feriefri|"
    r"\w*permisjon\w*|perm|(?:pappa|mamma|foreldre|fødsels)perm|permittert|"
    r"avspaser\w*|avsp|\w*velferd\w*|kurs|kurset|"
    r"off|sick|sickness|ill|illness|absent|absence|leave|holidays?|vacation|unavailable|course"
    r")(?!\w)"
)


def function_of(word: str) -> Function | None:
    return _FUNCTIONS.get(word.casefold())


def says_absent(text: str, names: tuple[re.Pattern[str], ...] = ()) -> bool:
    """Whether it says of somebody that they are not there. `names`: of the staff, which count as no words."""
    text = text.casefold()
    if _ABSENT.search(text) is None:
        return False
    for name in names:
        text = name.sub(" ", text)
    return _ABSENT.search(text) is not None
