"""Why something could not be understood, in the reader's language: no form of a sentence is missing."""

import pytest

from rules.wording.reasons import in_words, is_known, sort_of
from tests.payloads.hostile import tried

EXAMPLES = {
    "temperature is 999, a sign for «no value»; expected a number from -60 to 150 °C; "
    "open sent together with a sign for «no value» is not believed": (
        "temperature er 999, et tegn på «ingen verdi»; ventet et tall fra -60 til 150 °C; "
        "open sendt sammen med et tegn på «ingen verdi» tros ikke"
    ),
    "the payload is JSON that is cut off after 12 characters": (
        "innholdet er JSON som er kuttet av etter 12 tegn"
    ),
    "last_seen is '2026-11-23 02:10:00', a local time without zone; expected e.g. 2026-11-23T02:10:00Z; "
    "the time of arrival is used": (
        "last_seen er '2026-11-23 02:10:00', lokal tid uten sone; ventet f.eks. 2026-11-23T02:10:00Z; "
        "ankomsttiden brukes"
    ),
    "the site names no device 'dør; expected 3' at zigbee": (
        "stedet har ingen enhet 'dør; expected 3' hos zigbee"
    ),
    "contact is 'maybe'; expected true or false, open, opened": (
        "contact er 'maybe'; ventet true eller false, open, opened"
    ),
    "'Sengematte' names no device class: what its on and off mean is not known": (
        "'Sengematte' oppgir ingen enhetsklasse: hva på og av betyr, er ikke kjent"
    ),
    "the device's codec failed: SyntaxError: x": "enhetens kodek feilet: SyntaxError: x",
}


@pytest.mark.parametrize("reason", EXAMPLES)
def test_a_reason_is_told_in_norwegian(reason: str) -> None:
    assert in_words(reason, "nb") == EXAMPLES[reason]
    assert in_words(reason, "en") == reason


def test_every_reason_that_hostile_messages_bring_forth_has_its_norwegian_words() -> None:
    missing = {
        decoded.error
        for _, __, decoded in tried(seed=11, cases=30_000)
        if decoded.error and not is_known(decoded.error)
    }
    assert missing == set()


@pytest.mark.parametrize(
    ("reason", "sort"),
    [
        ("the site names no device 'x' at zigbee", "unknown"),
        ("the payload is not JSON: 'x'", "unreadable"),
        ("battery is -1; expected a number from 0 to 100 %", "value"),
        (
            "ts is 'x'; expected a time as ISO 8601 with zone, or an epoch; the time of arrival is used",
            "time",
        ),
        ("the payload is not decoded, and no codec is known for the device", "codec"),
        ("no gateway is configured for the topic 'x'", "topic"),
        ("the payload has 10000000 bytes; at most 262144 are read", "size"),
        ("something that nobody has thought of", "other"),
    ],
)
def test_reasons_are_sorted_by_what_a_technician_does_about_them(reason: str, sort: str) -> None:
    assert sort_of(reason) == sort


@pytest.mark.parametrize(
    ("reason", "nynorsk"),
    [
        (
            "the payload has 9000 bytes; at most 4096 are read",
            "innhaldet har 9000 byte; høgst 4096 blir lesne",
        ),
        (
            "temperature is 999; expected a number from -50 to 100; the time of arrival is used",
            "temperature er 999; venta eit tal frå -50 til 100; tida ho kom fram, blir brukt",
        ),
        (
            "the payload is JSON that is cut off after 12 characters",
            "innhaldet er JSON som er kutta av etter 12 teikn",
        ),
    ],
)
def test_a_reason_is_told_in_nynorsk_with_what_stood_in_it(reason: str, nynorsk: str) -> None:
    assert in_words(reason, "nn") == nynorsk
