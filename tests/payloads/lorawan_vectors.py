"""The documented LoRaWAN examples: decoded, and held against what a reader of the documents finds in them."""

from collections import Counter
from typing import Any, NamedTuple

from devices.lorawan import meaning_of_object
from tests.payloads.lorawan_labels import labelled
from tests.payloads.rows import rows

WELFARE = frozenset(
    (
        "contact",
        "occupancy",
        "vibration",
        "water_leak",
        "sos",
        "bed",
        "fall",
        "smoke",
        "temperature",
        "battery",
    )
)


class Outcome(NamedTuple):
    row: dict[str, Any]
    said: dict[str, Any]
    expected: dict[str, Any]
    found: dict[str, Any]
    errors: list[str]

    @property
    def right(self) -> bool:
        return self.found == self.expected


def outcomes() -> list[Outcome]:
    """Every row of a welfare category whose decoded object says anything of a person or the device."""
    found = []
    for row in rows("lorawan_vectors.jsonl.gz"):
        said = object_of(row)
        if row["category"] not in WELFARE or not said:
            continue
        errors: list[str] = []
        meant = meaning_of_object(said, f"{row['vendor']} {row['model']}", errors)
        expected = labelled(row, said)
        if expected or meant:
            found.append(Outcome(row, said, expected, meant, errors))
    return found


def object_of(row: dict[str, Any]) -> dict[str, Any]:
    """What the vendor's decoder returns is the truth; the documents are not."""
    output = row.get("vendor_decoder_output") or row["expected"]
    said = output.get("data", output) if isinstance(output, dict) else None
    return said if isinstance(said, dict) else {}


def table() -> list[tuple[str, int, int]]:
    """(category, rows, right)"""
    every = outcomes()
    total = Counter(outcome.row["category"] for outcome in every)
    right = Counter(outcome.row["category"] for outcome in every if outcome.right)
    return [(category, total[category], right[category]) for category in sorted(total)]
