"""The property block of an MQTT 5 PUBLISH: nothing in it is used, so it is stepped over by its length.

A sender may put anything into it and the broker passes it on: text that a reader refuses, or a hundred
thousand tiny properties. Whoever reads them can be stopped by them.
"""

from __future__ import annotations


def after_properties(data: bytes | bytearray, at: int, stop: int) -> int:
    """Where the payload begins, the block beginning at `at`. A block that would go beyond the packet is none:
    `at` itself, and what is there is delivered as it came.
    """
    length = shift = 0
    for pos in range(at, min(at + 4, stop)):
        byte = data[pos]
        length |= (byte & 0x7F) << shift
        if byte < 0x80:
            after = pos + 1 + length
            return after if after <= stop else at
        shift += 7
    return at


def without_properties(first: int, packet: bytearray) -> bytearray:
    """The same PUBLISH (its first byte, and what follows its length) with an empty block."""
    at = 2 + (packet[0] << 8 | packet[1]) + (2 if first & 0x06 else 0)
    if at >= len(packet):
        return packet
    return packet[:at] + b"\0" + packet[after_properties(packet, at, len(packet)) :]
