"""What the fields of the documented LoRaWAN examples mean, read by a human from the vendors' documents, field
by field.

Not made from the project's own tables: it is what they are measured against.
"""

from collections.abc import Callable
from typing import Any

Label = tuple[str, Callable[[Any], Any]]


def same(value: Any) -> Any:
    return value


def flag(value: Any) -> bool:
    return value in (1, "1", True)


def word(true: str, false: str) -> Callable[[Any], Any]:
    return lambda value: {true: True, false: False}.get(str(value).lower())


def percent(value: Any) -> Any:
    """Vendors also write volts under this name: those have a fraction and are below 6."""
    if isinstance(value, str):
        return float(value[:-1]) if value.endswith("%") and value[:-1].isdigit() else None
    return value if value >= 6 else None


def within(lowest: float, highest: float) -> Callable[[Any], Any]:
    return lambda value: value if isinstance(value, int | float) and lowest <= value <= highest else None


TEMPERATURE = within(-60, 150)
FIELDS: dict[str, Label] = {
    **dict.fromkeys(
        (
            "temperature",
            "Temperature",
            "Temp",
            "temp",
            "TempC_SHT",
            "sensorTemperature",
            "ambientTemp",
            "ambient_temperature",
        ),
        ("temperature", TEMPERATURE),
    ),
    **dict.fromkeys(
        (
            "humidity",
            "Humidity",
            "Humi",
            "humi",
            "Hum_SHT",
            "relativeHumidity",
            "RelativeHumidity",
            "relative_humidity",
            "Hygro",
        ),
        ("humidity", within(0, 100)),
    ),
    **dict.fromkeys(("lux", "illumination", "Illuminance"), ("illuminance", same)),
    **dict.fromkeys(("battery", "Bat", "batLevel", "batteryLevelInPercentage"), ("battery", percent)),
    "batteryLevel": ("battery", percent),
    "lowBatteryAlarm": ("battery_low", word("alarm", "normal")),
    "batteryLow": ("battery_low", flag),
    "leak": ("leak", lambda v: v in (1, "Y", True)),
    "Leak": ("leak", flag),
    "flood": ("leak", flag),
    "leakage_status": ("leak", word("leak", "normal")),
    "WaterLeak": ("leak", word("leak", "noleak")),
    "WaterLeak_1": ("leak", word("leak", "noleak")),
    "WaterLeak_2": ("leak", word("leak", "noleak")),
    "boxTamper": ("tamper", flag),
    "Tamper": ("tamper", flag),
    "tamper": ("tamper", flag),
    "DisassembledAlarm": ("tamper", flag),
    "tamper_status": ("tamper", word("uninstalled", "installed")),
    "install": ("tamper", word("no", "yes")),
    "occupied": ("presence", same),
    "Occupy": ("presence", flag),
    "occupancy": ("presence", lambda v: {"occupied": True, "vacant": False}.get(v, v != 0)),
    "presence_48": ("presence", flag),
    "people_count_all": ("presence", lambda v: v > 0),
    "motion": ("motion", lambda v: v > 0),
    "pir": ("motion", word("trigger", "normal")),
    "mot_motionst": ("motion", flag),
    "DOOR_OPEN_STATUS": ("open", flag),
    "Door_status": ("open", word("open", "close")),
    "door": ("open", word("open", "close")),
    "open": ("open", flag),
    "magnet_status": ("open", word("open", "close")),
    "magnet_chn1": ("open", lambda v: v in ("open", "opened")),
    "magnet_chn2": ("open", lambda v: v in ("open", "opened")),
    "magnet": ("open", word("open", "close")),
    "smokeAlarm": ("smoke", lambda v: v in (1, "Alarm")),
    "Doorbell": ("pressed", lambda v: "pressed" if v else None),
    "button": ("pressed", lambda v: "pressed" if v else None),
    "temperature_chn1": ("temperature", TEMPERATURE),
    "temperature_chn2": ("temperature", TEMPERATURE),
    "Temp1": ("temperature", TEMPERATURE),
    "Temp_Channel1": ("temperature", TEMPERATURE),
}
"""Of two channels the first one counts; of two states one that is true is enough."""

NETVOX = {
    "open": ("R311A", "R311CB", "R718F", "R718F2", "R718LB2"),
    "vibration": ("R311DB", "R311FA", "R718DA", "R718DA2", "R718DB", "R718DB2", "R718MBA"),
    "presence": ("R311LA", "R718Q"),
}
STATUS = ("Status", "status", "status1", "status2", "OnOff")
OF_MODEL: dict[tuple[str, str], Label] = {
    ("tbdw100", "status"): ("open", flag),
    ("tbwl100", "status"): ("leak", flag),
    ("tbpb100", "status"): ("pressed", lambda v: "pressed" if v else None),
    ("lgt92", "ALARM_status"): ("pressed", lambda v: "emergency" if v == "TRUE" else None),
    ("lbt1", "alarm"): ("pressed", lambda v: "emergency" if v else None),
    ("r312a", "Alarm"): ("pressed", lambda v: "emergency" if v else None),
    ("ems", "waterleak"): ("leak", lambda v: v > 0),
    ("vs373", "detection_status"): ("presence", word("occupied", "vacant")),
    **{(model, "light"): ("illuminance", same) for model in ("ers", "ers-co2", "ers-eye", "ers-sound")},
}  # fmt: skip


def labelled(row: dict[str, Any], said: dict[str, Any]) -> dict[str, Any]:
    """Measure → value that a reader of the documents finds in the decoded object."""
    found: dict[str, Any] = {}
    for name, raw in _flat(said):
        label = _label(row, said, name)
        value = None if label is None or raw is None else label[1](raw)
        if label is not None and value is not None and (label[0] not in found or value is True):
            found[label[0]] = value
    return found


def _label(row: dict[str, Any], said: dict[str, Any], name: str) -> Label | None:
    if name in STATUS and "Cmd" not in said:
        for measure, models in NETVOX.items():
            if said.get("Device") in models:
                return measure, lambda v: v in (1, "ON")
    return OF_MODEL.get((row["model"], name)) or FIELDS.get(name)


def _flat(said: dict[str, Any]) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for name, raw in said.items():
        if isinstance(raw, dict):
            found += [] if name in ("configuration", "config", "cached") else _flat(raw)
        elif name == "messages" and isinstance(raw, list):
            names = {4097: "temperature", 4098: "humidity"}
            found += [
                (names[m["measurementId"]], m["measurementValue"])
                for m in raw
                if m.get("measurementId") in names
            ]
            found += [("battery", m["battery"]) for m in raw if "battery" in m]
        elif not isinstance(raw, list):
            found.append((name, raw))
    return found
