"""From when on something is a fault: the named rules of a device's health with their words and values, and
what a site changes of them.

The values are in catalogue.yaml; a site changes them under `health:`, for all of it, some units or some
rooms; what names rooms wins over what names units, and that over what is for the whole site.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator
from ruamel.yaml import YAML

from rules.duration import Duration
from rules.language import Text

FaultKind = Literal[
    "silent", "never-heard", "battery", "chatter", "stuck", "tamper", "clock", "link", "unsteady", "unused"
]
KINDS: tuple[FaultKind, ...] = get_args(FaultKind)


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


Percent = Annotated[float, Field(ge=0, le=100)]
Times = Annotated[int, Field(ge=1, le=1440)]


class _Rule(_Model):
    name: Text
    why: Text
    severity: Literal["low", "medium"] = "low"
    """Medium in any case where it leaves somebody without all protection."""


class Silent(_Rule):
    fault: Literal["silent"]


class NeverHeard(_Rule):
    fault: Literal["never-heard"]
    after: Duration


class Battery(_Rule):
    """`days`: left. `hand_out_from`: a wearable below so many % is not handed out."""

    fault: Literal["battery"]
    days: Annotated[float, Field(ge=1, le=365)]
    level: Percent
    hand_out_from: Percent
    hand_out_days: Annotated[float, Field(ge=0, le=365)]


class Chatter(_Rule):
    """`minutes`: so many chattering minutes in 24 h; motion and presence come and go by nature."""

    fault: Literal["chatter"]
    minutes: Times
    minutes_of_motion: Times


class Stuck(_Rule):
    fault: Literal["stuck"]
    open: Duration
    motion: Duration
    in_bed: Duration


class Tamper(_Rule):
    fault: Literal["tamper"]


class ClockWrong(_Rule):
    fault: Literal["clock"]
    times: Times


class Link(_Rule):
    """Below the first it is weak, from the second on well again."""

    fault: Literal["link"]
    lqi: tuple[float, float]
    rssi: tuple[float, float]
    rssi_lorawan: tuple[float, float]
    snr: tuple[float, float]

    @model_validator(mode="after")
    def _apart(self) -> Link:
        for name in ("lqi", "rssi", "rssi_lorawan", "snr"):
            weak, well = getattr(self, name)
            if weak >= well:
                raise ValueError(
                    f"{name} is weak below {weak:g} and well from {well:g}; expected a larger second"
                )
        return self


class Unsteady(_Rule):
    """Lost and found again so often in 24 h."""

    fault: Literal["unsteady"]
    times: Times


class Unused(_Rule):
    fault: Literal["unused"]
    after: Duration


AnyFaultRule = Annotated[
    Silent | NeverHeard | Battery | Chatter | Stuck | Tamper | ClockWrong | Link | Unsteady | Unused,
    Field(discriminator="fault"),
]
_RULE: TypeAdapter[AnyFaultRule] = TypeAdapter(AnyFaultRule)


@cache
def fault_rules() -> Mapping[FaultKind, AnyFaultRule]:
    """Every kind of fault. A file that does not fit is our own mistake: ValidationError."""
    entries = YAML(typ="safe", pure=True).load(
        files(__package__).joinpath("catalogue.yaml").read_text("utf-8")
    )
    found = {kind: _RULE.validate_python({"fault": kind, **entry}) for kind, entry in entries.items()}
    assert tuple(found) == KINDS, "catalogue.yaml and KINDS name the same kinds in the same order"
    return MappingProxyType(found)


class HealthUse(BaseModel):
    """Other values for one kind of fault: everywhere, or in some units or rooms. What is not named below is a
    value of the kind.
    """

    model_config = ConfigDict(extra="allow", frozen=True)
    fault: FaultKind
    rooms: tuple[str, ...] | None = None
    units: tuple[str, ...] | None = None

    @property
    def values(self) -> dict[str, Any]:
        return dict(self.model_extra or {})

    @model_validator(mode="after")
    def _fits(self) -> HealthUse:
        rule = fault_rules()[self.fault]
        for name in self.values:
            if name not in _adjustable(rule):
                known = ", ".join(_adjustable(rule)) or "none"
                raise ValueError(f"{name!r} is no value of {self.fault}; expected {known}")
        try:
            _with(rule, self.values)
        except ValidationError as error:
            raise ValueError("; ".join(_sentence(e) for e in error.errors())) from None
        return self


def settled(uses: Iterable[HealthUse], room: str, unit: str) -> dict[FaultKind, AnyFaultRule]:
    """The rules as they are in force in a room."""
    rules = dict(fault_rules())
    everywhere = [use for use in uses if use.rooms is None and use.units is None]
    of_unit = [use for use in uses if use.rooms is None and use.units is not None and unit in use.units]
    of_room = [use for use in uses if use.rooms is not None and room in use.rooms]
    for use in (*everywhere, *of_unit, *of_room):
        rules[use.fault] = _with(rules[use.fault], use.values)
    return rules


def _adjustable(rule: AnyFaultRule) -> tuple[str, ...]:
    return tuple(name for name in type(rule).model_fields if name not in ("fault", "name", "why"))


def _with(rule: AnyFaultRule, values: Mapping[str, Any]) -> AnyFaultRule:
    return _RULE.validate_python({**rule.model_dump(), **values})


def _sentence(error: Any) -> str:
    where = ".".join(str(part) for part in error["loc"][1:])
    return f"{where} {error['msg']}".strip()
