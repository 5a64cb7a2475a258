"""The topics that the fuzzer's first byte chooses from."""

from tests.payloads.hostile import GOOD

TOPICS = sorted({topic for topic, _ in GOOD})
