"""A fuzzer that looks for new ways through the code (atheris): ways in, value templates, decoded objects.

`python -m tests.fuzz.ways_in CASES FOLDER` in a process of its own; an input's first byte chooses what it is
given to. It ends with the number of cases, or with the input that broke something.
"""

from __future__ import annotations

import sys
from contextlib import suppress

import atheris

with atheris.instrument_imports(include=["devices"]):
    from devices.asking import Talk
    from devices.decode import Decoder
    from devices.lorawan import meaning_of_object
    from devices.message import Message
    from devices.payload import PayloadError, read_object
    from devices.template import UnusableTemplateError, compiled

from tests.fuzz.topics import TOPICS
from tests.payloads.hostile import ARRIVED, WAYS, is_legal

RENEWED = 20_000  # cases; a decoder that lives on meets what it learned from the ones before


class Target:
    def __init__(self) -> None:
        self.cases = 0
        self.decoder = Decoder(WAYS)

    def __call__(self, data: bytes) -> None:
        self.cases += 1
        if self.cases % RENEWED == 0:
            self.decoder = Decoder(WAYS)
        if not data:
            return
        manner, payload = data[0], data[1:]
        if manner >= 250:
            _template(payload)
        elif manner >= 240:
            _lorawan(payload)
        else:
            topic = TOPICS[manner % len(TOPICS)]
            decoded = self.decoder.decode(Message(topic, payload, ARRIVED, retained=bool(manner & 1)))
            is_legal(decoded)
            assert decoded.talk is None or isinstance(decoded.talk, Talk)


def _template(payload: bytes) -> None:
    """A value template that somebody announces, and a value that it is given."""
    source, _, value = payload.decode("utf-8", "replace").partition("\n")
    with suppress(UnusableTemplateError, ValueError):
        compiled(source)(value, None)


def _lorawan(payload: bytes) -> None:
    """What a network server's codec made of bytes."""
    try:
        said, _ = read_object(payload)
    except PayloadError:
        return
    meaning_of_object(said, "browan milesight netvox sensecap", [])


def main(cases: int, corpus: str) -> None:
    target = Target()
    atheris.Setup(
        [sys.argv[0], f"-runs={cases}", "-max_len=600", "-timeout=5", "-rss_limit_mb=1500", corpus], target
    )
    atheris.Fuzz()


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
