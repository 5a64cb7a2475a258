"""Why a codec is not taken or a gateway not asked, with what was said of it: the name, the number, the words
of the engine itself.
"""

from __future__ import annotations

import re

from rules.pause import Refusal
from rules.wording.voice import Language, Words, say

_FORMS: dict[str, tuple[tuple[str, Words], ...]] = {
    "codec_not_run": (
        ("the codec failed: (.*)", ("Kodeken feilet: {}", "The codec failed: {}")),
        (
            r"the codec has \d+ characters; at most (\d+) are run",
            ("Kodeken er for lang: høyst {} tegn.", "The codec is too long: {} characters at most."),
        ),
        ("the codec refused it: (.*)", ("Kodeken avviste det: {}", "The codec refused it: {}")),
        (".*", ("Kodeken ga ikke noe brukbart objekt.", "The codec made no object that can be used.")),
    ),
    "codec_decodes_nothing": (
        (
            ".*",
            (
                "Kodeken har ingen funksjon som dekoder: decodeUplink(input) mangler.",
                "The codec has no function that decodes: decodeUplink(input) is missing.",
            ),
        ),
    ),
    "no_codec": (
        ("there is no codec '(.*)' in force", ("Det er ingen kodek {} i bruk.", "No codec {} is in force.")),
    ),
    "codec_in_force": ((".*", ("Denne kodeken er allerede i bruk.", "This codec is in force already.")),),
    "many_codecs": (
        (
            r"there are (\d+) versions already.*",
            (
                "Det er allerede {} versjoner. Flere lagres ikke.",
                "There are {} versions already. No more are kept.",
            ),
        ),
    ),
    "codec_name": (
        (
            ".*",
            (
                "Skriv en del av merke og modell, eller adressen til én enhet.",
                "Write a part of brand and model, or one device's address.",
            ),
        ),
    ),
    "example_unreadable": (
        (
            ".*",
            (
                "Eksempelet er verken heksadesimalt eller base64.",
                "The example is neither hexadecimal nor base64.",
            ),
        ),
    ),
    "example_length": (
        (
            r"the example has (\d+) bytes; expected 1 to (\d+)",
            (
                "Eksempelet har {} byte; det må ha 1 til {}.",
                "The example has {} bytes; it must have 1 to {}.",
            ),
        ),
    ),
    "no_gateway": ((".*", ("Gatewayen finnes ikke lenger.", "There is no such gateway any more.")),),
    "not_asked_here": (
        (
            ".*",
            (
                "Denne gatewayen kan ikke bes om det herfra. Gjør det på dens egne sider.",
                "This gateway can't be asked for that from here. Do it in its own pages.",
            ),
        ),
    ),
    "pairing_length": (
        (r".* expected 1 to (\d+)", ("Paring varer 1 til {} sekunder.", "Pairing lasts 1 to {} seconds.")),
    ),
    "large_options": (
        (
            r".* more than (\d+) bytes",
            ("Innstillingene er for store: høyst {} byte.", "Too many options: {} bytes at most."),
        ),
    ),
    "called_so": (
        (
            "the device is called '(.*)' already",
            ("Enheten heter allerede {}.", "The device is called {} already."),
        ),
    ),
    "name_length": (
        (
            ".*",
            (
                "Et navn har 1 til 120 tegn, og ikke mellomrom først eller sist.",
                "A name has 1 to 120 letters, and no space at its ends.",
            ),
        ),
    ),
    "name_letters": (
        (
            ".*",
            (
                "Et navn kan ikke ha + # eller $, ikke / først eller sist, og ikke være set eller get.",
                "A name can't have + # or $, no / at its ends, and can't be set or get.",
            ),
        ),
    ),
    "not_renamed": (
        (
            ".*",
            (
                "Enheten har ikke fått nytt navn hos gatewayen, eller huset har navnet allerede.",
                "The device was not renamed at its gateway, or the house has the name already.",
            ),
        ),
    ),
    "wish_shape": (
        (
            "Object missing required field `(.*)`.*",
            ("Feltet {} må være med.", "The field {} has to be there."),
        ),
        (
            "Object contains unknown field `(.*)`.*",
            ("Feltet {} hører ikke til dette ønsket.", "The field {} is no part of this wish."),
        ),
        (".*", ("Ønsket har ikke den formen det skal ha.", "The wish has not the form that it should have.")),
    ),
}
"""By the code: each form of the sentence, and its words with what that holds."""


def exactly(refusal: Refusal, language: Language) -> str | None:
    """None for what stands elsewhere."""
    for pattern, words in _FORMS.get(refusal.code, ()):
        if (found := re.fullmatch(pattern, refusal.why, re.DOTALL)) is not None:
            return say(words, language, *found.groups())
    return None
