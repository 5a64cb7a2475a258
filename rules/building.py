"""The building and who is in it: site, units, rooms, residents, devices, gateways, people. Pure configuration
models.

Here: what a site file may say and how its parts refer to each other. Not here: reading the file
(hub/site/file.py), what the rules make of it (rules/rulebook.py). Dates are local to the site.
"""

from __future__ import annotations

from datetime import date, time
from typing import Annotated, Any, Literal, get_args
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from devices.decode import GatewayTopic as WayInTopic
from devices.inputs import PRESS, Input
from devices.measures import MEASURES
from devices.values import STRICT, UnusableError
from devices.ways_in import WAYS_IN, filters_of
from rules.duration import ClockText
from rules.escalation import EscalationPlan
from rules.health.thresholds import HealthUse
from rules.language import Language
from rules.retention import Retention

MOST_DEVICES = 10_000
"""[default] Five times what was measured; a list of a hundred thousand, by mistake, would stop the hub."""
SLUG = r"[a-z0-9æøå][a-z0-9æøå_-]*"
TRAILS_OWN = frozenset({"vaka", "hub", "huben", "system", "systemet", "root", "watch", "demo", "scenario"})
"""User names that nobody is given: the trail would seem to tell of acts of Vaka itself."""
Slug = Annotated[str, Field(pattern=rf"^{SLUG}$", max_length=64)]
Line = Annotated[str, Field(pattern=r"^[^\s\x00-\x1f]([^\x00-\x1f]*[^\s\x00-\x1f])?$")]
Name = Annotated[Line, Field(max_length=120)]
RoomId = Annotated[Line, Field(max_length=64)]
Address = Annotated[Line, Field(max_length=200)]
GatewayTopic = Annotated[str, Field(pattern=r"^[^#+$/\s][^#+\x00-\x1f]*$", max_length=200)]

HexCode = Annotated[str, Field(pattern=r"^[0-9A-Fa-f]{1,64}$")]
GatewayKind = Literal[
    "zigbee2mqtt",
    "chirpstack",
    "thethingsstack",
    "shelly",
    "tasmota",
    "homeassistant",
    "zwavejs",
    "bluetooth",
    "vayyar",
    "milesight",
]


def _parse_day(text: object) -> date:
    if isinstance(text, date):
        return text
    try:
        if isinstance(text, str) and len(text) == len("2026-03-28"):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise ValueError(f"{text!r} is not a date; expected e.g. 2026-03-28")


Day = Annotated[date, BeforeValidator(_parse_day)]

Role = Literal[
    "outer_door",
    "door",
    "window",
    "motion",
    "bathroom_motion",
    "bedroom_motion",
    "kitchen_motion",
    "bed",
    "chair",
    "help_button",
    "fall_detector",
    "stove",
    "fridge",
    "medicine_cabinet",
    "cupboard",
    "toilet",
    "leak_detector",
    "smoke_detector",
    "climate",
    "lock",
    "staff_badge",
    "other",
]
ROLES: tuple[str, ...] = get_args(Role)

_DOOR = frozenset({"open", "motion", "presence", "vibration"})
_MOTION = frozenset({"motion", "presence"})
_BED = frozenset({"in_bed", "sitting_up", "presence", "motion", "vibration"})
MEASURES_OF_ROLE: dict[str, frozenset[str]] = {
    **dict.fromkeys(("outer_door", "door", "window", "fridge", "medicine_cabinet", "cupboard"), _DOOR),
    **dict.fromkeys(("motion", "bathroom_motion", "bedroom_motion", "kitchen_motion"), _MOTION),
    **dict.fromkeys(("bed", "chair"), _BED),
    "help_button": frozenset({"pressed"}),
    "fall_detector": frozenset({"fall", "presence", "motion"}),
    "stove": frozenset({"on", "power", "temperature"}),
    "toilet": frozenset({"on", "open", "presence"}),
    "leak_detector": frozenset({"leak"}),
    "smoke_detector": frozenset({"smoke", "gas", "co", "temperature"}),
    "climate": frozenset({"temperature", "humidity"}),
    "lock": frozenset({"locked"}),
    "staff_badge": frozenset(),  # that staff are there is no sign of a resident's life
    "other": frozenset(
        {"open", "motion", "presence", "in_bed", "vibration", "on", "pressed", "power", "locked"}
    ),
}
"""Which measures a device in a role can tell the rules. Health measures (battery, link, tamper) come from
every device.
"""

NATIVE = "native"
"""The gateway id of the native way in: it is always there, and no site file lists it."""

PersonRole = Literal["carer", "leader", "technician", "administrator", "privacy_officer"]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Unit(Part):
    """A unit (avdeling, bogruppe): what a shift of carers looks after."""

    id: Slug
    name: Name
    neighbours: tuple[Slug, ...] = ()
    """The units that are called when nobody here answers."""
    escalation: EscalationPlan | None = None
    """None: the site's."""
    rules: dict[str, dict[str, Any]] = {}
    """This unit's own parameters by rule; they win over the site's, a resident's over them."""


class Room(Part):
    """A room or a flat: the place of an alert. `id` is what stands on the door ("3B")."""

    id: RoomId
    name: Name | None = None
    unit: Slug


class LegalBasis(Part):
    """Why somebody may be watched over: their consent, or a decision (pasient- og brukerrettighetsloven
    § 4-6 a). `rules` and `measures` are its scope, `review` the day by which it is looked at again.
    `valid_until` is its last day.
    """

    kind: Literal["consent", "decision"]
    rules: tuple[Slug, ...] = ()
    measures: tuple[Slug, ...] = ()
    decided_by: Name
    valid_from: Day
    valid_until: Day | None = None
    review: Day

    @model_validator(mode="after")
    def _in_order(self) -> LegalBasis:
        if not self.rules and not self.measures:
            raise ValueError("it covers nothing; expected rules: or measures:")
        if self.valid_until is not None and self.valid_until < self.valid_from:
            raise ValueError("valid_until lies before valid_from; expected a later day")
        if self.review < self.valid_from:
            raise ValueError("review lies before valid_from; expected a later day")
        return self


class Resident(Part):
    """One who lives here. `id` is the pseudonym that leaves the house (MQTT, time series); `name` never does.

    `rules`: this resident's own parameters by rule; they win over the site's.
    """

    id: Slug
    name: Name
    room: RoomId
    moved_in: Day | None = None
    moved_out: Day | None = None
    rules: dict[str, dict[str, Any]] = {}
    legal_basis: tuple[LegalBasis, ...] = ()

    def lives_here(self, on: date) -> bool:
        return (self.moved_in is None or self.moved_in <= on) and (
            self.moved_out is None or on < self.moved_out
        )


class Code(Part):
    """What a 433 MHz code means: which device says which value of which measure."""

    device: Address
    measure: str
    value: bool | str

    @model_validator(mode="after")
    def _fits(self) -> Code:
        measure = MEASURES.get(self.measure)
        if measure is None or measure.kind == "number":
            names = ", ".join(m.name for m in MEASURES.values() if m.kind != "number")
            raise ValueError(f"{self.measure!r} is no measure that a code can tell; expected one of {names}")
        try:
            STRICT[self.measure](self.value)
        except UnusableError as fault:
            raise ValueError(f"value {fault}") from None
        return self


class Wired(Part):
    """What hangs on an input that by itself only says on or off: which measure, and its value while the input
    is on (of `pressed`: whether going on is the press, or going off).
    """

    measure: str
    when_on: bool = True

    @model_validator(mode="after")
    def _fits(self) -> Wired:
        measure = MEASURES.get(self.measure)
        if measure is None or (measure.kind != "state" and self.measure != PRESS):
            names = ", ".join([*(m.name for m in MEASURES.values() if m.kind == "state"), PRESS])
            raise ValueError(
                f"{self.measure!r} is no measure that an input can tell; expected one of {names}"
            )
        return self


class Gateway(Part):
    """A way in: which kind of gateway speaks below which MQTT topic. The native way in is always there.

    `topic` is by default the one its maker gives it. `codes`: whose 433 MHz codes Tasmota hears.
    `inputs`: what hangs on its devices' inputs, by the address under which an input is heard.
    """

    id: Slug
    kind: GatewayKind = "zigbee2mqtt"
    topic: GatewayTopic = "zigbee2mqtt"
    codes: dict[HexCode, Code] = {}
    inputs: dict[Address, Wired] = {}

    @model_validator(mode="after")
    def _by_its_kind(self) -> Gateway:
        if self.codes and self.kind != "tasmota":
            raise ValueError("codes are 433 MHz codes; expected only with kind: tasmota")
        if "topic" not in self.model_fields_set:
            object.__setattr__(self, "topic", WAYS_IN[self.kind].topic)
        return self

    @property
    def meanings(self) -> dict[str, tuple[str, str, bool | str]]:
        """(device, measure, value) by code."""
        return {code: (meant.device, meant.measure, meant.value) for code, meant in self.codes.items()}

    @property
    def way_in(self) -> WayInTopic:
        """The same as the decoder wants it."""
        inputs = {address: Input(wired.measure, wired.when_on) for address, wired in self.inputs.items()}
        return WayInTopic(self.id, self.kind, self.topic, self.meanings, inputs)

    @property
    def filters(self) -> tuple[str, ...]:
        """The MQTT filters of what it says."""
        return filters_of(self.kind, self.topic)


class Device(Part):
    """A sensor in its place. `address` is what its gateway calls it, where that differs from `id`.

    `resident`: whose own it is (a worn button, a bed), where several live in the room.
    """

    id: Address
    room: RoomId
    role: Role
    gateway: Slug | None = None
    address: Address | None = None
    resident: Slug | None = None


class Person(Part):
    """Somebody who signs in. The password is never in the file (`vaka password`)."""

    id: Slug
    name: Name
    role: PersonRole
    units: tuple[Slug, ...] = ()
    language: Language | None = None


class RuleUse(BaseModel):
    """A rule of the catalogue put to use: for which rooms, under which name, with which parameters changed.

    Everything besides `rule`, `id`, `rooms` and `units` is a parameter of the rule's kind. A rule of one's
    own gives `kind`.
    """

    model_config = ConfigDict(extra="allow", frozen=True)
    rule: Slug
    id: Slug | None = None
    rooms: tuple[str, ...] | None = None
    units: tuple[str, ...] | None = None

    @property
    def name(self) -> str:
        return self.id or self.rule

    @property
    def parameters(self) -> dict[str, Any]:
        return dict(self.model_extra or {})


class ProofPlan(Part):
    """When the chain from a sensor to a phone is tried in each unit, and who gets the test message."""

    at: tuple[ClockText, ...] = (time(7, 45), time(15, 15), time(22, 30))
    """[default] Right after those who come have taken over from those who go."""
    to: tuple[Slug, ...] = ()
    """Nobody named: those who would be called first."""
    later: Literal["asked", "daytime", "never"] = "asked"
    """[default] When a test message also goes to those whom the escalation calls later: where somebody asks
    for that, with the planned ones between 8 and 20 too, or never. Whether they could be reached is looked at
    each time.
    """


class Site(Part):
    """A whole site, as one YAML file says it."""

    site: Slug
    name: Name
    time_zone: str = "Europe/Oslo"
    language: Language = "nb"
    legal_basis: Literal["required"] | None = None
    """Required: what watches a person is not evaluated without a valid basis. None: that is not looked at."""
    escalation: EscalationPlan = EscalationPlan()
    """Who is called next while nobody has an alert."""
    retention: Retention = Retention()
    """How long what is kept, where it is not the default."""
    proof: ProofPlan = ProofPlan()
    """When the alerting itself is tried."""
    gateways: tuple[Gateway, ...] = (Gateway(id="zigbee2mqtt"),)
    units: tuple[Unit, ...]
    rooms: tuple[Room, ...]
    residents: tuple[Resident, ...] = ()
    devices: Annotated[tuple[Device, ...], Field(max_length=MOST_DEVICES)] = ()
    people: tuple[Person, ...] = ()
    rules: tuple[RuleUse, ...] = ()
    health: tuple[HealthUse, ...] = ()
    """Other values for what is a fault of a device."""

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, zone: str) -> str:
        if zone not in available_timezones():
            raise ValueError(f"{zone!r} is not a time zone; expected e.g. Europe/Oslo")
        return zone

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def gateway_of(self, device: Device) -> str:
        """Through which gateway a device speaks: its own, else the site's first, else natively."""
        return device.gateway or (self.gateways[0].id if self.gateways else NATIVE)

    def escalation_of(self, unit: str) -> EscalationPlan:
        """That unit's own plan, or the site's. '' stands for several units."""
        own = next((u.escalation for u in self.units if u.id == unit), None)
        return own or self.escalation

    def residents_of(self, room: str, on: date) -> tuple[Resident, ...]:
        return tuple(r for r in self.residents if r.room == room and r.lives_here(on))
