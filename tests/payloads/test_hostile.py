"""Whatever is sent on whatever way in: no crash, no hang, only legal values, and always a reason."""

import json
import tracemalloc

from hypothesis import given, settings
from hypothesis import strategies as st

from devices.decode import LARGEST, Decoder
from devices.message import Message
from tests.payloads.hostile import ARRIVED, GOOD, WAYS, is_legal, tried

CASES = 20_000


def test_broken_and_hostile_messages_on_every_way_in_do_no_harm() -> None:
    gateways = {decoded.gateway for _, __, decoded in tried(seed=1, cases=CASES)}
    assert gateways >= {way.id for way in WAYS}
    print(f"{CASES} cases")


@settings(max_examples=300, deadline=None)
@given(st.sampled_from([topic for topic, _ in GOOD]), st.binary(max_size=200) | st.text().map(str.encode))
def test_any_bytes_on_any_of_their_topics_do_no_harm(topic: str, payload: bytes) -> None:
    is_legal(Decoder(WAYS).decode(Message(topic, payload, ARRIVED)))


def test_ten_megabytes_are_refused_with_their_size_on_every_way_in() -> None:
    huge = b'{"a":"' + b"x" * 10_000_000 + b'"}'
    decoder = Decoder(WAYS)
    for topic, _ in GOOD:
        decoded = decoder.decode(Message(topic, huge, ARRIVED))
        assert decoded.readings == ()
        assert (
            decoded.ignored
            or f"{len(huge)} bytes; at most" in (decoded.error or "")
            or "no gateway" in (decoded.error or "")
        )
    assert len(huge) > LARGEST


def test_what_a_decoder_remembers_does_not_grow_with_what_it_is_sent() -> None:
    for _ in tried(seed=2, cases=3000):
        pass
    tracemalloc.start()
    for _ in tried(seed=3, cases=3000):
        pass
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert size < 10_000_000


def test_the_same_message_twice_says_the_same_twice() -> None:
    decoder = Decoder(WAYS)
    for topic, said in GOOD * 2:
        payload = said.encode() if isinstance(said, str) else json.dumps(said).encode()
        message = Message(topic, payload, ARRIVED)
        assert decoder.decode(message) == decoder.decode(message)
