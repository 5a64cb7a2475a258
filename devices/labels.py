"""What stands on a device's label: the text of a QR code or barcode, or what somebody types from it, becomes
the addresses by which a gateway may know the device.

Here: reading labels and telling whether one names a device that was heard. Not here: the camera
(dashboards/static/scan.js). Formats: install codes as Zigbee makers print them (Zigbee 3.0 Base Device
Behavior, annex on install codes; each maker wraps them differently), LoRa Alliance TR005, Z-Wave SmartStart
(SDS13937), Matter core specification 5.1.3, EUI-48 and EUI-64 in the spellings of IEEE 802.
"""

from __future__ import annotations

import hashlib
import re
from typing import Literal

import msgspec

Kind = Literal["zigbee", "lorawan", "zwave", "matter", "address", "serial"]
Fault = Literal["empty", "too long", "checksum", "cut off", "web address", "only a product", "not a label"]

LONGEST = 1000
"""Characters; the largest QR code holds more, but no device's label does."""


class Label(msgspec.Struct, frozen=True):
    """What a label says. `ids`: the device's addresses, lower case hexadecimal digits without separators (12:
    EUI-48, 16: EUI-64), or what stands there where it is no such address. `install_code`: what lets a Zigbee
    device join, checked. `serial`: the maker's number.
    """

    kind: Kind
    ids: tuple[str, ...] = ()
    install_code: str = ""
    serial: str = ""


class Unreadable(msgspec.Struct, frozen=True):
    """Why it is no label of a device."""

    fault: Fault


_EUI64 = r"(?:[0-9A-Fa-f]{16})"
_INSTALL_FORMS = (
    re.compile(rf"Z:(?P<ieee>{_EUI64})\$I:(?P<code>[0-9A-Fa-f]{{12,36}})"),  # Ubisys, Danfoss, Inovelli
    re.compile(rf"\$A:(?P<ieee>{_EUI64})\$I:(?P<code>[0-9A-Fa-f]{{12,36}})"),  # Aqara
    re.compile(rf"^(?P<ieee>{_EUI64})\|(?P<code>[0-9A-Fa-f]{{12,36}})$"),  # Innr, Schneider
    re.compile(rf"^HUE:Z:(?P<code>[0-9A-Fa-f]{{12,36}}) M:(?P<ieee>{_EUI64})"),
    re.compile(rf"(?P<ieee>{_EUI64})DLK(?P<code>[0-9A-Fa-f]{{32,36}})$"),  # Bosch
)
_INSTALL_BYTES = (8, 10, 14, 18)  # 6, 8, 12 or 16 bytes and a checksum of 2
_TR005 = re.compile(rf"^LW:D0:(?P<join>{_EUI64}?):(?P<dev>{_EUI64}):(?P<profile>[0-9A-Fa-f]{{8}})(?::(.*))?$")
_ZWAVE = re.compile(r"^90\d{50,}$")
_DSK = re.compile(r"^\d{5}(?:-\d{5}){7}$")
_MATTER = re.compile(r"^MT:[0-9A-Z.-]{19,}$")
_MATTER_BY_HAND = re.compile(r"^\d{4}-?\d{3}-?\d{4}$")
_NAMED = re.compile(
    r"(?:^|[^A-Za-z])(?:DevEUI|Dev EUI|DEUI|EUI|IEEE|MAC|MAC ID|ID)\s*[:=#]?\s*"
    r"(?P<id>(?:0x)?[0-9A-Fa-f]{2}(?:[ :.-]?[0-9A-Fa-f]{2}){5,7})(?![0-9A-Fa-f])",
    re.IGNORECASE,
)
_SERIAL = re.compile(
    r"(?:^|[^A-Za-z])(?:S/N|SN|Serial(?: No\.?)?)\s*[:=#]?\s*(?P<id>[0-9A-Za-z-]{6,32})", re.I
)
_GS1_SERIAL = re.compile(r"^(?:\]C1|\]d2)?\(?01\)?\d{14}\(?21\)?(?P<id>[0-9A-Za-z-]{4,20})")
_PRODUCT = re.compile(r"^\d{8}$|^\d{12,14}$")
_PLAIN_SERIAL = re.compile(r"^[0-9A-Za-z][0-9A-Za-z_-]{4,39}$")
_HEX_RUN = re.compile(r"(?<![0-9a-z])(?:0x)?([0-9a-f]{16}|[0-9a-f]{12}|[0-9a-f]{6})(?![0-9a-z])")
_SPACED = re.compile(
    r"^(?:0x)?[0-9a-f]{1,2}(?:[ :.-][0-9a-f]{1,2}){5,7}$|^(?:[0-9a-f]{4}[ :.-]){2,3}[0-9a-f]{4}$"
)


def read_label(text: str) -> Label | Unreadable:
    """What the text of a label says; what nobody printed on a device is named."""
    text = text.strip().strip("\ufeff\x00")
    if not text:
        return Unreadable("empty")
    if len(text) > LONGEST:
        return Unreadable("too long")
    for form in _INSTALL_FORMS:
        if found := form.search(text):
            return _zigbee(found["ieee"], found["code"])
    if text.upper().startswith("LW:D0:"):
        return _lorawan(text)
    if _ZWAVE.match(text):
        return _zwave(text)
    if _DSK.match(text):
        return Label("zwave", (text,))
    if text.upper().startswith("MT:") or _MATTER_BY_HAND.match(text):
        return _matter(text)
    return _plain(text)


def names_of(*said: str) -> frozenset[str]:
    """The addresses in what a gateway calls a device and in what it announces of it: `0x00158d0001a2b3c4`,
    `shellyplusht-08b61fce1234`, `eui-a84041…`; the whole of it too, for serial numbers.
    """
    found: set[str] = set()
    for text in said:
        lower = text.strip().lower()
        plain = canonical(lower)
        if plain is not None:
            found.add(plain)
        found.update(_HEX_RUN.findall(lower))
        if lower:
            found.add(lower)
    return frozenset(found)


def is_the_one(label: Label, names: frozenset[str]) -> bool:
    """Whether the label is that of the device with these names. An EUI-48 and the EUI-64 that a radio makes
    of it are the same device; so is one whose maker prints the bytes the other way round, and one that goes
    by the last half of its EUI-48 (Shelly's first generation).
    """
    for id in (*label.ids, *((label.serial.lower(),) if label.serial else ())):
        if names & set(_spellings(id)):
            return True
    return False


def canonical(text: str) -> str | None:
    """The hexadecimal digits of an EUI-48 or EUI-64 in any of its spellings; None for anything else."""
    lower = text.strip().lower()
    if _SPACED.match(lower):
        parts = re.split(r"[ :.-]", lower.removeprefix("0x"))
        width = 4 if len(parts[0]) == 4 else 2
        lower = "".join(part.zfill(width) for part in parts)
    lower = lower.removeprefix("0x").removeprefix("eui-")
    return lower if re.fullmatch(r"[0-9a-f]{12}|[0-9a-f]{16}", lower) else None


def _spellings(id: str) -> list[str]:
    if not re.fullmatch(r"[0-9a-f]{12}|[0-9a-f]{16}", id):
        return [id]
    same = [id, "".join(reversed([id[i : i + 2] for i in range(0, len(id), 2)]))]
    if len(id) == 12:
        first = f"{int(id[:2], 16) ^ 2:02x}"  # the modified EUI-64 turns the universal/local bit
        same += [f"{id[:6]}fffe{id[6:]}", f"{first}{id[2:6]}fffe{id[6:]}", id[6:]]
    elif id[6:10] == "fffe":
        short = id[:6] + id[10:]
        same += [short, f"{int(id[:2], 16) ^ 2:02x}{short[2:]}"]
    return same


def _zigbee(ieee: str, code: str) -> Label | Unreadable:
    raw = bytes.fromhex(code) if len(code) % 2 == 0 else b""
    if len(raw) == 16:
        return Label("zigbee", (ieee.lower(),))  # a link key as it is, without a checksum
    if len(raw) not in _INSTALL_BYTES:
        return Unreadable("cut off")
    if _crc16_x25(raw[:-2]) != int.from_bytes(raw[-2:], "little"):
        return Unreadable("checksum")
    return Label("zigbee", (ieee.lower(),), install_code=code.upper())


def _crc16_x25(data: bytes) -> int:
    crc = 0xFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ 0x8408 if crc & 1 else crc >> 1
    return crc ^ 0xFFFF


def _lorawan(text: str) -> Label | Unreadable:
    found = _TR005.match(text.upper())
    if found is None:
        return Unreadable("cut off")
    parts = (found[4] or "").split(":")
    checksum = next((part[1:] for part in parts if part.startswith("C")), None)
    serial = next((part[1:] for part in parts if part.startswith("S")), "")
    if checksum is not None and not re.fullmatch("[0-9A-F]{4}", checksum):
        return Unreadable("cut off")
    return Label("lorawan", (found["dev"].lower(),), serial=serial)


def _zwave(text: str) -> Label | Unreadable:
    """`90`, version, checksum (the first two bytes of the SHA-1 of what follows), requested keys, DSK."""
    digest = hashlib.sha1(text[9:].encode(), usedforsecurity=False).digest()
    if int(text[4:9]) != int.from_bytes(digest[:2], "big"):
        return Unreadable("checksum")
    dsk = text[12:52]
    return Label("zwave", ("-".join(dsk[i : i + 5] for i in range(0, 40, 5)),))


def _matter(text: str) -> Label | Unreadable:
    """The code says how to commission it, not which address it will have: there is nothing to look for."""
    upper = text.upper()
    by_hand = _MATTER_BY_HAND.match(text)
    return Label("matter") if by_hand or _MATTER.match(upper) else Unreadable("cut off")


def _plain(text: str) -> Label | Unreadable:
    address = canonical(text)
    named = [plain for found in _NAMED.finditer(text) if (plain := canonical(found["id"])) is not None]
    ids = tuple(dict.fromkeys((*([address] if address else []), *named)))
    serial = next((found["id"] for form in (_SERIAL, _GS1_SERIAL) if (found := form.search(text))), "")
    if address is not None and _PRODUCT.match(text) and not named:
        return Unreadable("only a product") if _is_gtin(text) else Label("address", ids)
    if not ids and (as_address := canonical(serial)) is not None:
        ids = (as_address,)  # makers of LoRaWAN sensors print the DevEUI as serial number
    if ids:
        return Label("address", ids, serial=serial)
    if serial:
        return Label("serial", serial=serial)
    runs = tuple(dict.fromkeys(run for run in _HEX_RUN.findall(text.lower()) if len(run) > 6))
    if runs:
        return Label("address", runs)
    if _PRODUCT.match(text):
        return Unreadable("only a product")
    if re.match(r"https?://", text, re.IGNORECASE):
        return Unreadable("web address")
    return Label("serial", serial=text) if _PLAIN_SERIAL.match(text) else Unreadable("not a label")


def _is_gtin(digits: str) -> bool:
    """Whether the last digit checks the others, as on a product's barcode (GS1)."""
    weighted = (int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(reversed(digits)))
    return sum(weighted) % 10 == 0
