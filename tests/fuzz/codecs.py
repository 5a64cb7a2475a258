"""Codecs that are broken or mean harm: whatever they are, they end in time, and nothing is carried on."""

from __future__ import annotations

import random
import time

from devices.codec import LARGEST_UPLINK, SECONDS, run
from devices.lorawan import meaning_of_object

_PARTS = (
    "var decodeUplink = function (input) {", "function decodeUplink(input) {", "function Decode(p, b) {",
    "return {data: {", "open: input.bytes[0]", "temperature: b[0] / 0", "a: [", "]", "}};", "}", "{", "(",
    ")", "for (;;) {}", "while (true) a += a;", "var a = 'x';", "a = a.repeat(1 << 20);", "throw a;",
    "throw null;", "return decodeUplink(input);", "new Array(1e9);", "JSON.stringify = null;",
    "Object.prototype.toJSON = 1;", "/(a+)+$/.test('a'.repeat(40) + '!');", "globalThis.x = x;", "\n",
    "Promise.resolve().then(decodeUplink);", "return null;", "return 7;", "return {errors: [{}]};",
    "return {data: new Proxy({}, {})};", "\\u0000", "𝒳", "import('std');", "eval('1');",
    "Function('return this')();", "new WebAssembly.Module();", "Atomics.wait();",
)  # fmt: skip


def fuzz_codecs(cases: int, seed: int) -> float:
    """Tries them; the longest in seconds. Fails where one takes far longer than it may."""
    chance = random.Random(seed)
    slowest = 0.0
    for _ in range(cases):
        source = "".join(chance.choice(_PARTS) for _ in range(chance.randrange(1, 12)))
        payload = chance.randbytes(chance.randrange(1, LARGEST_UPLINK))
        started = time.process_time()
        said = run(source, chance.randrange(256), payload)
        slowest = max(slowest, time.process_time() - started)
        assert slowest < 4 * SECONDS, source
        if isinstance(said, dict):
            meaning_of_object(said, "", [])
        else:
            assert said, source
    return slowest
