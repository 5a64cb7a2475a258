"""The battery is nearly empty: it says so itself, its level does, or the days left at the pace so far."""

from __future__ import annotations

from rules.health.battery import Forecast
from rules.health.fault import Case, Fault, Figure, Known
from rules.health.thresholds import Battery

WEARABLE = ("help_button", "fall_detector")
"""Roles of what a person carries: it is handed out, and then nobody sees it for a while."""
_WELL_AGAIN = 1.5  # × the days and the level, so that a noisy meter does not raise and mend in turn


def find(case: Case[Battery]) -> Fault | None:
    known = case.known
    rule = case.rule
    low, at = known.latest.get("battery_low", (False, case.now))
    outlook, more = known.battery, _WELL_AGAIN if case.standing is not None else 1.0
    figures: dict[str, Figure] = {}
    if outlook is not None and outlook.level is not None:
        figures["level"] = round(outlook.level, 1)
    if outlook is not None and outlook.days is not None:
        figures["days"] = round(outlook.days)
    if low is True:
        return Fault("battery", known.device.id, at, "it says so itself", figures)
    if outlook is None or outlook.told == "rechargeable":
        return None
    if _is_short(outlook, rule.days * more):
        return Fault("battery", known.device.id, case.now, "few days left", figures)
    if outlook.level is not None and outlook.level <= rule.level * more:
        return Fault("battery", known.device.id, case.now, "low level", figures)
    return None


def _is_short(outlook: Forecast, days: float) -> bool:
    """So few days left, or half as many at the fast end of the band."""
    if outlook.days is None or outlook.low is None:
        return False
    return outlook.days <= days or outlook.low <= days / 2


def may_be_handed_out(known: Known, rule: Battery) -> bool:
    """Whether a wearable's battery is good enough to be given to somebody. Where nothing is known of it, not
    its battery forbids it.
    """
    if known.device.role not in WEARABLE:
        return True
    outlook = known.battery
    if known.latest.get("battery_low", (False,))[0] is True:
        return False
    if outlook is None or outlook.level is None:
        return True
    few = outlook.low is not None and outlook.low < rule.hand_out_days
    return outlook.level >= rule.hand_out_from and not few
