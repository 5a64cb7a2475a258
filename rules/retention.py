"""How long what is kept: classes of data, the default of each with its reason, what a site may say instead.

Here: numbers of days. Not here: what is deleted (hub/retention.py), nor the deletion of one resident
(hub/erasing).
"""

from __future__ import annotations

from typing import Annotated, Literal, NamedTuple, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator

Class = Literal[
    "readings",
    "hourly",
    "daily",
    "alerts",
    "findings",
    "audit",
    "quarantine",
    "messages",
    "absences",
    "protection",
    "goals",
    "devices",
    "shifts",
    "sessions",
]
CLASSES: tuple[Class, ...] = get_args(Class)

LEAST_AUDIT = 365
"""[default] A log that is gone before anybody looks through it protects nobody."""
LONGEST = 3660
"""[default] Ten years. Nothing is kept for ever."""


class Kept(NamedTuple):
    """`days` by default, and why so long and no longer."""

    days: int
    because: str


DEFAULTS: dict[Class, Kept] = {
    "readings": Kept(90, "a dry run of a rule looks three months back"),
    "hourly": Kept(730, "a person's own baseline is compared with the same season a year ago"),
    "daily": Kept(1825, "how somebody's nights changed over the years of a stay"),
    "alerts": Kept(1095, "claims for damage are barred after three years (foreldelsesloven § 9)"),
    "findings": Kept(90, "they explain the readings, which are gone by then"),
    "audit": Kept(1825, "who looked at what can be asked for as long as the stay is remembered"),
    "quarantine": Kept(30, "a technician who is away for a fortnight still finds it"),
    "messages": Kept(90, "who was written to by which way is asked about soon or never"),
    "absences": Kept(730, "they explain why it was quiet, as long as there are hours to look at"),
    "protection": Kept(730, "the same: whether it was quiet or nobody could hear"),
    "goals": Kept(730, "the picture of a training over two years"),
    "devices": Kept(730, "the life of a battery"),
    "shifts": Kept(365, "a year's roster"),
    "sessions": Kept(30, "a session that was not used for a month is nobody's"),
}
"""[default], each of them: no statute gives a number for any."""

Days = Annotated[int, Field(ge=1, le=LONGEST)]


class Retention(BaseModel):
    """`retention:` of a site file, in days. None: the installation's setting, where there is one, else the
    default.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    readings: Days | None = None
    hourly: Days | None = None
    daily: Days | None = None
    alerts: Days | None = None
    findings: Days | None = None
    audit: Annotated[int, Field(ge=LEAST_AUDIT, le=LONGEST)] | None = None
    quarantine: Days | None = None
    messages: Days | None = None
    absences: Days | None = None
    protection: Days | None = None
    goals: Days | None = None
    devices: Days | None = None
    shifts: Days | None = None
    sessions: Days | None = None

    @model_validator(mode="after")
    def _coarser_is_kept_longer(self) -> Retention:
        for fine, coarse in (("readings", "hourly"), ("hourly", "daily")):
            shorter, longer = getattr(self, fine), getattr(self, coarse)
            if shorter is not None and longer is not None and shorter > longer:
                raise ValueError(
                    f"{fine} are kept for {shorter} days and {coarse} for {longer}; expected {coarse} no"
                    f" shorter: it is what remains of {fine}"
                )
        return self


def kept(site: Retention, settings: dict[Class, int]) -> dict[Class, int]:
    """Days by class. What the site file says comes before the installation's settings (`VAKA_…_KEPT`), those
    before the default; what is coarser is never kept shorter than what it was made from.
    """
    found: dict[Class, int] = {
        name: getattr(site, name) or settings.get(name) or DEFAULTS[name].days for name in CLASSES
    }
    found["hourly"] = max(found["hourly"], found["readings"])
    found["daily"] = max(found["daily"], found["hourly"])
    return found
