"""Why a message did not get through, or was told to nobody after all, in words for whoever looks after it.

The reasons are kept as the ways out and the letters to relatives put them, in English; the log has them so.
"""

from __future__ import annotations

import re

from rules.wording.voice import Language, Words, say

_WHY: tuple[tuple[str, Words], ...] = (
    # what a way out says
    (
        "no mail server is configured|email is not set up on this hub",
        (
            "E-post er ikke satt opp her. Spør den som drifter Vaka.",
            "E-mail is not set up here. Ask who runs Vaka.",
        ),
    ),
    (
        ".* is not set up on this hub",
        (
            "Denne kanalen er ikke satt opp her. Spør den som drifter Vaka.",
            "This channel is not set up here. Ask who runs Vaka.",
        ),
    ),
    (
        "the mail server could not be reached.*",
        ("E-postserveren svarer ikke.", "The mail server does not answer."),
    ),
    (
        "the mail server said 4.*",
        ("E-postserveren tar ikke imot akkurat nå.", "The mail server does not take it just now."),
    ),
    (
        "the mail server said 5.*",
        (
            "E-postserveren avviste den. Se om adressen er riktig.",
            "The mail server refused it. See whether the address is right.",
        ),
    ),
    (
        "the phone .*",
        (
            "Telefonen tar ikke imot varsler lenger. Slå dem på igjen på den.",
            "The phone takes no alerts any more. Switch them on again there.",
        ),
    ),
    (
        "the push service .*",
        (
            "Varslingstjenesten til telefonen tok den ikke imot.",
            "The phone's push service did not take it.",
        ),
    ),
    (
        "the address is not theirs any more",
        ("Adressen er ikke i bruk lenger.", "The address is not in use any more."),
    ),
    (
        ".* is inside the house's own network",
        (
            "Adressen ligger i husets eget nett, og dit sendes ingenting.",
            "The address is inside the house's own network, and nothing is sent there.",
        ),
    ),
    (".* could not be reached.*", ("Mottakeren svarer ikke.", "The receiver does not answer.")),
    (
        r".* answered (\d+)",
        ("Mottakeren svarte med feil {}.", "The receiver answered with error {}."),
    ),
    (
        ".* can't be reached|.* did not confirm it within .*",
        ("Personsøkerne kan ikke nås.", "The pagers can't be reached."),
    ),
    (
        "its key has ended, or it is not subscribed any more",
        (
            "Nøkkelen er gått ut, eller abonnementet er avsluttet.",
            "Its key has ended, or it is not subscribed any more.",
        ),
    ),
    # why a relative was not told
    ("paused", ("Det var på pause.", "It was on pause.")),
    (
        "left|not_theirs",
        ("Den pårørende følger ikke med lenger.", "The relative does not follow any more."),
    ),
    ("moved_out", ("Beboeren har flyttet ut.", "The resident has moved out.")),
    ("withdrawn", ("Samtykket var trukket tilbake.", "The consent was taken back.")),
    ("ended", ("Samtykket var gått ut.", "The consent had ended.")),
    ("no_consent|not_yet|before", ("Samtykket gjaldt ikke for det.", "The consent did not cover it.")),
    (
        "no_week",
        (
            "Det krever at uken som var, også vises.",
            "It needs the week that was to be shown too.",
        ),
    ),
    ("no_basis", ("Det rettslige grunnlaget manglet.", "The legal basis was missing.")),
    (
        "shared_room",
        (
            "Andre som bor i rommet, har ikke sagt ja.",
            "Others who live in the room have not said yes.",
        ),
    ),
    (
        "no e-mail wanted",
        ("Den pårørende vil ikke ha e-post.", "The relative wants no e-mail."),
    ),
    (
        "too old to be news",
        ("Det hadde ventet for lenge til å være nytt.", "It had waited for too long to be news."),
    ),
    ("the link is good no more", ("Lenken gjelder ikke lenger.", "The link is good no more.")),
    ("no such alert", ("Varselet finnes ikke lenger.", "The alert is there no more.")),
    (
        "over already",
        ("Det var over før det skulle sendes.", "It was over before it was to be sent."),
    ),
    (
        "nothing that they were told of",
        (
            "Det var ikke alvorlig, og den pårørende hadde ikke hørt om det.",
            "It was not grave, and the relative had not heard of it.",
        ),
    ),
)
_OTHER: Words = ("Den kunne ikke sendes.", "It could not be sent.")


def why_undelivered(reason: str, language: Language) -> str:
    """`reason`: as it was kept, e.g. `the mail server said 550 no such user`."""
    for pattern, words in _WHY:
        found = re.fullmatch(pattern, reason, re.DOTALL)
        if found is not None:
            return say(words, language, *found.groups())
    return say(_OTHER, language)
