"""What 900 models of Zigbee devices announce, held against what a human says their properties are."""

import csv
import gzip
import io
import json
from collections import Counter, defaultdict
from typing import Any, NamedTuple

from devices.exposes import measure_of
from devices.values import UnusableError
from devices.zigbee_properties import PROPERTIES, STAND_INS
from tests.payloads.rows import FOLDER

# What a human says that these are, by the name, its description and how many of the models have it.
MEASURED = {
    "contact": "open",
    "door_state": "open",
    "window_state": "open",
    "occupancy": "motion",
    "motion": "motion",
    "presence": "presence",
    "presence_state": "presence",
    "motion_state": "presence",
    "human_motion_state": "presence",
    "occupancy_status": "presence",
    "vibration": "vibration",
    "fall_status": "fall",
    "fall_down_status": "fall",
    "sos": "pressed",
    "smoke": "smoke",
    "smoke_state": "smoke",
    "smoke_alarm": "smoke",
    "gas": "gas",
    "carbon_monoxide": "co",
    "carbon_monoxide_alarm": "co",
    "water_leak": "leak",
    "water_leak_alarm": "leak",
    "active_water_leak": "leak",
    "water_leakage_state": "leak",
    "leak_detect": "leak",
    "tamper": "tamper",
    "battery": "battery",
    "battery_value": "battery",
    "battery_low": "battery_low",
    "battery_state": "battery_low",
    "battery_level": "battery_low",
    "temperature": "temperature",
    "local_temperature": "temperature",
    "current_temperature": "temperature",
    "room_temperature": "temperature",
    "humidity": "humidity",
    "illuminance": "illuminance",
    "pressure_state": "in_bed",
    "work_state": "in_bed",
    "bed_occupancy": "in_bed",
    "lock_state": "locked",
}
CATEGORIES = frozenset(
    (
        "contact",
        "occupancy",
        "presence",
        "vibration",
        "fall",
        "sos",
        "smoke",
        "gas",
        "carbon_monoxide",
        "water_leak",
        "tamper",
        "battery",
        "temperature",
        "humidity",
        "illuminance",
        "bed",
        "lock",
    )
)


class Outcome(NamedTuple):
    row: dict[str, str]
    expected: str
    found: str
    right_sense: bool

    @property
    def right(self) -> bool:
        return self.found == self.expected and self.right_sense


def all_rows() -> list[dict[str, str]]:
    path = FOLDER / "z2m_exposes.csv.gz"
    if not path.exists():
        return []
    return list(csv.DictReader(io.TextIOWrapper(gzip.open(path), "utf8")))


def outcomes() -> list[Outcome]:
    """Every row of the categories that concern a person or a device's health."""
    models: dict[tuple[str, str], list[dict[str, str]]] = defaultdict(list)
    for row in all_rows():
        models[row["vendor"], row["model"]].append(row)
    found = []
    for rows in models.values():
        heats = any(row["parent_type"] == "climate" for row in rows)
        for row in rows:
            if row["category"] in CATEGORIES and row["property"] == row["name"] + _endpoint(row):
                found.append(_outcome(row, heats))
    return found


def _endpoint(row: dict[str, str]) -> str:
    return f"_{row['endpoint']}" if row["endpoint"] else ""


def _outcome(row: dict[str, str], heats: bool) -> Outcome:
    name = row["property"]
    known = PROPERTIES.get(name) or STAND_INS.get(name)
    announced = expose(row)
    found = measure_of(announced, known, heats)
    expected = expected_measure(row, heats)
    return Outcome(row, expected, found[0] if found else "", _sense(announced, found, expected))


def expose(row: dict[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "property": row["property"],
        "type": row["type"],
        "access": int(row["access"] or 0),
    }
    for key in ("value_on", "value_off"):
        if row[key]:
            found[key] = json.loads(row[key])
    if row["values"].startswith('["') and row["values"].endswith("]"):
        try:
            found["values"] = json.loads(row["values"])
        except ValueError:
            found["values"] = ["open", "closed"]  # a quote is missing in the source
    return found | ({"unit": row["unit"]} if row["unit"] else {})


def expected_measure(row: dict[str, str], heats: bool) -> str:
    """'' where it is set and not measured, or is something else than its category's name suggests."""
    name = row["property"]
    while name and (name[-1].isdigit() or name[-1] == "_"):
        name = name[:-1]
    name = name if name in MEASURED else name.removesuffix("_l")
    for part in ("input_", "channel_"):
        if name.startswith(part) and name.endswith("leak_detect"):
            name = "leak_detect"
    measure = MEASURED.get(name, "")
    settable = int(row["access"] or 0) & 2
    numeric = row["type"] == "numeric"
    if (settable and measure != "locked") or (heats and measure == "open"):
        return ""
    if numeric != (measure in ("battery", "temperature", "humidity", "illuminance")):
        return ""
    if name == "battery_state" and "low" not in row["values"]:
        return ""
    return measure


def _sense(announced: dict[str, Any], found: Any, expected: str) -> bool:
    """Whether the announced «on» is the person's true, and «off» false."""
    if not found or announced["type"] != "binary" or expected == "pressed":
        return True
    try:
        return (found[1](announced["value_on"]), found[1](announced["value_off"])) == (True, False)
    except UnusableError:
        return False


def table() -> list[tuple[str, int, int]]:
    """(category, properties that are measures or were taken for one, right)"""
    every = [outcome for outcome in outcomes() if outcome.expected or outcome.found]
    total = Counter(outcome.row["category"] for outcome in every)
    right = Counter(outcome.row["category"] for outcome in every if outcome.right)
    return [(category, total[category], right[category]) for category in sorted(total)]
