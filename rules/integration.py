"""Other programs that ask Vaka by a token: how long one is good, and when somebody is warned of its end.

Here: decisions on values. Not here: what a token may (dashboards/access.py), nor tokens themselves
(hub/integrations.py).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

import msgspec

from rules.building import PersonRole
from rules.pause import Refusal

PREFIX = "integration:"
"""Of what stands as `by` where a program did or saw something: no person's id has a colon."""
USUALLY = timedelta(days=180)
"""[default] How long a token is good where nobody says otherwise."""
LONGEST = timedelta(days=365)
"""[default] No token outlives a year: somebody decides again."""
WARN_BEFORE = (timedelta(days=14), timedelta(days=3))
"""[default] So long before the end those who can renew it are told."""
SHORTEST_PURPOSE = 5
LONGEST_PURPOSE = 400

Standing = Literal["good", "ends_soon", "ended", "revoked"]


class Integration(msgspec.Struct, frozen=True):
    """One program. It works as `role`, with `acts` of what that role may; `units` empty: the whole house.
    Instants are aware UTC.
    """

    id: str
    site: str
    name: str
    purpose: str
    role: PersonRole
    acts: tuple[str, ...]
    units: tuple[str, ...]
    reads_only: bool
    created_by: str
    created_at: datetime
    ends_at: datetime
    warned_at: datetime | None = None
    revoked_by: str | None = None
    revoked_at: datetime | None = None
    used_at: datetime | None = None
    used_from: str | None = None

    @property
    def by(self) -> str:
        """What stands in the audit trail for what it does."""
        return f"{PREFIX}{self.id}"

    def standing(self, now: datetime) -> Standing:
        if self.revoked_at is not None:
            return "revoked"
        if self.ends_at <= now:
            return "ended"
        return "ends_soon" if self.ends_at - now <= WARN_BEFORE[0] else "good"

    def is_in_force(self, now: datetime) -> bool:
        return self.standing(now) in ("good", "ends_soon")


def why_not_in_force(integration: Integration, now: datetime) -> Refusal | None:
    """Why nothing can be done for it any more, or not before it has a new token."""
    standing = integration.standing(now)
    if standing == "revoked":
        return Refusal(f"the integration {integration.id!r} was revoked; make a new one", "was_revoked")
    if standing == "ended":
        return Refusal(f"the token of {integration.id!r} has ended; make a new one first", "token_ended")
    return None


def is_program(by: str | None) -> bool:
    """Whether it was a program that did or saw something, no person."""
    return by is not None and by.startswith(PREFIX)


def why_not_until(ends_at: datetime, now: datetime) -> Refusal | None:
    if ends_at <= now:
        return Refusal("the end must lie ahead", "end_past")
    if ends_at - now > LONGEST + timedelta(days=1):  # a day's end by the house's clock
        return Refusal(f"a token is good for at most {LONGEST.days} days", "token_too_long")
    return None


def is_to_be_warned_of(integration: Integration, now: datetime) -> bool:
    """Once for each of `WARN_BEFORE`."""
    if integration.standing(now) != "ends_soon":
        return False
    stage = min((b for b in WARN_BEFORE if integration.ends_at - now <= b), default=None)
    if stage is None:
        return False
    return integration.warned_at is None or integration.warned_at < integration.ends_at - stage
