"""It is heard badly. Figures are smoothed; between weak and well nothing changes."""

from __future__ import annotations

from rules.health.fault import Case, Fault, Figure
from rules.health.thresholds import Link

_LORAWAN = ("chirpstack", "thethingsstack", "milesight")


def find(case: Case[Link]) -> Fault | None:
    known = case.known
    rule = case.rule
    lorawan = known.way_in in _LORAWAN
    for measure, bounds in (
        ("lqi", rule.lqi),
        ("snr", rule.snr),
        ("rssi", rule.rssi_lorawan if lorawan else rule.rssi),
    ):
        value = known.link.get(measure)
        if value is not None and value < bounds[0 if case.standing is None else 1]:
            figures: dict[str, Figure] = {"measure": measure, "value": round(value)}
            return Fault("link", known.device.id, case.now, "heard badly", figures)
    return None
