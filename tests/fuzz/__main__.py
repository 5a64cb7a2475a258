"""`make fuzz`: a million and more hostile messages, on every way in. The number is printed.

Three manners: a generator that breaks good messages, the fuzzer atheris that looks for new ways through the
code, and hypothesis with any bytes. Beside them codecs that mean harm, and messages of ten megabytes.
"""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import psutil
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from devices.decode import LARGEST, Decoder
from devices.message import Message
from tests.fuzz.codecs import fuzz_codecs
from tests.payloads.hostile import ARRIVED, GOOD, WAYS, as_bytes, is_legal, tried

AT_LEAST = 1_000_000
GENERATED, GUIDED, ANY_BYTES, CODECS = 720_000, 300_000, 20_000, 1_500
SLOWEST = 1.0  # seconds for one message on a machine that does other things as well
MOST_GROWTH = 60  # MB of memory between the first tenth of the generated messages and the last


def main() -> int:
    total = generated() + any_bytes() + huge() + codecs() + guided()
    print(f"{total} cases in all: no crash, no hang, no growth")
    return 0 if total >= AT_LEAST else 1


def generated() -> int:
    """Good messages, broken. Memory is looked at after a tenth of them: by then everything is loaded."""
    started = before = time.monotonic()
    spoken, slowest, worst, settled = Counter[str](), 0.0, "", 0
    for n, (topic, payload, decoded) in enumerate(tried(seed=int(started), cases=GENERATED)):
        now = time.monotonic()
        assert now - before < SLOWEST, (topic, payload[:500], now - before)
        if now - before > slowest:
            slowest, worst = now - before, f"{len(payload)} bytes on {topic[:60]}"
        before = now
        spoken[decoded.gateway] += 1
        if n == GENERATED // 10:
            settled = _memory()
    growth = _memory() - settled
    took = f"{before - started:.0f} s, slowest {slowest * 1000:.0f} ms"
    print(f"generated  {GENERATED:>8} in {took} ({worst}), {growth:+} MB")
    for gateway, count in spoken.most_common():
        print(f"  {gateway or '(no gateway)':14} {count:>8}")
    assert growth < MOST_GROWTH
    return GENERATED


def any_bytes() -> int:
    """hypothesis: any bytes and any text on any of their topics."""
    cases = 0

    @settings(max_examples=ANY_BYTES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(st.sampled_from([topic for topic, _ in GOOD]), st.binary(max_size=300) | st.text().map(as_bytes))
    def do_no_harm(topic: str, payload: bytes) -> None:
        nonlocal cases
        cases += 1
        is_legal(Decoder(WAYS).decode(Message(topic, payload, ARRIVED)))

    do_no_harm()
    print(f"any bytes  {cases:>8}")
    return cases


def huge() -> int:
    """Ten megabytes, whole and nested, on every topic."""
    decoder = Decoder(WAYS)
    payloads = (b'{"a":"' + b"x" * 10_000_000 + b'"}', b"[" * 10_000_000, b"\xff" * 10_000_000)
    for topic, _ in GOOD:
        for payload in payloads:
            started = time.monotonic()
            decoded = decoder.decode(Message(topic, payload, ARRIVED))
            is_legal(decoded)
            assert decoded.readings == ()
            assert time.monotonic() - started < SLOWEST, topic
    cases = len(GOOD) * len(payloads)
    print(f"10 MB      {cases:>8} (more than {LARGEST} bytes are not read)")
    return cases


def codecs() -> int:
    slowest = fuzz_codecs(CODECS, seed=int(time.monotonic()))
    print(f"codecs     {CODECS:>8}, the longest {slowest * 1000:.0f} ms")
    return CODECS


def guided() -> int:
    """atheris in a process of its own, beginning with the good messages."""
    if importlib.util.find_spec("atheris") is None:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        print(
            f"guided            0: atheris has no wheel for Python {version}; expected 3.11 to 3.13 on Linux"
        )
        return 0
    from tests.fuzz.topics import TOPICS

    with tempfile.TemporaryDirectory() as folder:
        for n, (topic, said) in enumerate(GOOD):
            (Path(folder) / f"{n}").write_bytes(bytes([TOPICS.index(topic)]) + as_bytes(said))
        words = [sys.executable, "-m", "tests.fuzz.ways_in", str(GUIDED), folder]
        done = subprocess.run(words, capture_output=True, text=True, timeout=3600)
    runs = re.search(r"Done (\d+) (?:runs|in)", done.stderr)
    if done.returncode or runs is None:
        print(done.stdout[-4000:], done.stderr[-4000:], file=sys.stderr)
        raise SystemExit("the fuzzer found something, or did not run")
    reached = re.findall(r"cov: (\d+).*?rss: (\d+)Mb", done.stderr)
    print(f"guided     {int(runs[1]):>8}, {reached[-1][0]} places of the code reached, {reached[-1][1]} MB")
    return int(runs[1])


def _memory() -> int:
    """MB of this process."""
    return int(psutil.Process().memory_info().rss) // 1_000_000


if __name__ == "__main__":
    sys.exit(main())
