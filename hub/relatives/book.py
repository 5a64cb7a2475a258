"""Who is whose relative, and what the resident said yes to: what people do. The same kind of transaction as
the desk's; each step is on the audit trail and counts at once, also for what waits to be sent.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Collection, Sequence
from datetime import date, datetime, time
from typing import NamedTuple

import msgspec

from hub.clock import Clock
from hub.store import audit, invitations, relative_messages
from hub.store import relatives as store
from hub.store.db import transaction
from hub.store.instants import to_us
from rules.building import Site
from rules.pause import Refusal
from rules.relatives import Bond, Category, Consent, GivenBy, How, Relative, Rest, why_no_consent
from rules.wording.voice import Language

_EMAIL = re.compile(r"[^\s@<>,;:\"]{1,64}@[^\s@<>,;:\"]{1,190}")
LONGEST_NAME = 120


class Newcomer(NamedTuple):
    """What is written down of somebody who is to become a relative."""

    name: str
    email: str
    language: Language
    resident: str
    relation: str


class Choices(NamedTuple):
    """What a relative chooses for themselves. `digest_weekday`: Monday is 0."""

    language: Language
    by_email: bool
    quiet_from: time
    quiet_until: time
    digest_weekday: int
    digest_hour: int


class Book:
    def __init__(self, connection: sqlite3.Connection, site: Site, clock: Clock) -> None:
        self._connection, self._site, self._clock = connection, site, clock

    def add(self, newcomer: Newcomer, by: str, seen: Collection[str] | None = None) -> Relative | Refusal:
        """Somebody becomes a resident's relative; nothing is shown to them yet. Whoever is known by their
        address already gets one resident more. `seen`: the residents whom whoever adds them sees (None: all).
        Of a relative of none of these only the name that they typed is confirmed, and no other is told. A
        link that is still out would open one resident more than whoever was shown it may see: it ends.
        """
        name, email = " ".join(newcomer.name.split()), newcomer.email.strip().lower()
        relation = " ".join(newcomer.relation.split())
        if not name or len(name) > LONGEST_NAME or len(relation) > LONGEST_NAME:
            return Refusal("a relative has a name of at most 120 characters", "no_name")
        if not (name + relation).isprintable():
            return Refusal("a name holds what cannot be seen", "no_name")
        if not _EMAIL.fullmatch(email):
            return Refusal(f"{email!r} is no e-mail address; expected e.g. marit@example.org", "no_email")
        with transaction(self._connection):
            now = self._clock.now()
            if not self._lives_here(newcomer.resident, now):
                return _no_resident(newcomer.resident)
            relative = store.of_email(self._connection, self._site.site, email)
            if relative is not None and seen is not None and relative.name.casefold() != name.casefold():
                known = store.known(self._connection, relative)
                if not any(bond.resident in seen for bond in known.bonds):
                    return Refusal("this address is known here already, by another name", "known_elsewhere")
            if relative is None:
                relative = Relative(0, self._site.site, name, email, newcomer.language, by, now)
                relative = store.add_relative(self._connection, relative)
            elif relative.left_at is not None:
                relative = msgspec.structs.replace(relative, left_at=None)
                store.put_relative(self._connection, relative)
            if newcomer.resident not in store.known(self._connection, relative).residents:
                bond = Bond(0, self._site.site, relative.id, newcomer.resident, relation, by, now)
                store.add_bond(self._connection, bond)
                invitations.revoke_open(self._connection, relative.id, now)
            self._note("relative added", relative, newcomer.resident, by, now)
            return relative

    def consent(
        self,
        relative: Relative,
        resident: str,
        categories: Collection[Category],
        days: tuple[date, date],
        given: tuple[GivenBy, How],
        by: str,
        version: str = "",
    ) -> Sequence[Consent] | Refusal:
        """The resident, or who represents them, says yes. `days`: the first and the last. Where an earlier
        yes would last longer, it ends now: the latest word counts. `version`: of what was known as they saw
        it who write it down (Known.version): a no that came since is not overruled by a yes from before it.
        """
        with transaction(self._connection):
            now = self._clock.now()
            today = now.astimezone(self._site.zone).date()
            known = store.known(self._connection, relative)
            if resident not in known.residents or not self._lives_here(resident, now):
                return _no_resident(resident)
            if version not in ("", known.version):
                return Refusal("somebody wrote down something else meanwhile; look again", "consents_changed")
            if not categories:
                return Refusal("a consent is to something; no category was chosen", "no_category")
            made = []
            for category in dict.fromkeys(categories):
                ours = (0, self._site.site, relative.id, resident, category)
                consent = Consent(*ours, *days, *given, by, now)
                refusal = why_no_consent(consent, today)
                if refusal is not None:
                    return refusal
                for earlier in known.consents:
                    same = (earlier.resident, earlier.category) == (resident, category)
                    if same and earlier.withdrawn_at is None and earlier.valid_until > consent.valid_until:
                        self._end_consent(earlier, by, now)
                made.append(store.add_consent(self._connection, consent))
            detail = {"categories": [c.category for c in made], "until": days[1], "given_by": given[0]}
            self._note("relative consent", relative, resident, by, now, **detail, how=given[1])
            return made

    def withdraw(self, relative: Relative, resident: str, categories: Collection[Category], by: str) -> int:
        """The yes to these is taken back; none named: to all. Counts at once. Returns how many it were."""
        with transaction(self._connection):
            now = self._clock.now()
            standing = [
                c
                for c in store.known(self._connection, relative).consents
                if c.resident == resident
                and c.withdrawn_at is None
                and c.valid_until >= now.astimezone(self._site.zone).date()
                and (not categories or c.category in categories)
            ]
            for consent in standing:
                self._end_consent(consent, by, now)
            withdrawn = sorted({c.category for c in standing})
            self._note("relative consent withdrawn", relative, resident, by, now, categories=withdrawn)
            return len(standing)

    def rest(self, relative: Relative, resident: str, until: datetime | None, by: str) -> Rest | Refusal:
        """Nothing is told of this resident until then, or until somebody ends it. Said again, the newest
        counts; but the house's pause and the relative's own stand side by side.
        """
        with transaction(self._connection):
            now = self._clock.now()
            if resident not in store.known(self._connection, relative).residents:
                return _no_resident(resident)
            if until is not None and until <= now:
                return Refusal("the end must lie ahead", "end_past")
            self._end_rests(relative, resident, by, now, own=by == relative.account)
            rest = Rest(0, self._site.site, relative.id, resident, now, until, by)
            rest = store.add_rest(self._connection, rest)
            relative_messages.drop_waiting(self._connection, relative.id, "paused", resident)
            self._note("relative paused", relative, resident, by, now, until=until)
            return rest

    def resume(self, relative: Relative, resident: str, by: str) -> int:
        """Told again where no other pause stands: a relative ends only their own. Returns how many ended."""
        with transaction(self._connection):
            now = self._clock.now()
            own = True if by == relative.account else None
            ended = self._end_rests(relative, resident, by, now, own)
            if ended:
                self._note("relative resumed", relative, resident, by, now)
            return ended

    def part(self, relative: Relative, resident: str, by: str) -> bool:
        """No longer this resident's relative: every yes is taken back. Whether they were."""
        with transaction(self._connection):
            now = self._clock.now()
            known = store.known(self._connection, relative)
            bonds = [b for b in known.bonds if b.resident == resident and b.ended_at is None]
            for bond in bonds:
                store.put_bond(self._connection, msgspec.structs.replace(bond, ended_at=now, ended_by=by))
            for consent in known.consents:
                if consent.resident == resident and consent.withdrawn_at is None:
                    self._end_consent(consent, by, now)
            relative_messages.drop_waiting(self._connection, relative.id, "not_theirs", resident)
            if set(known.residents) <= {resident}:
                invitations.revoke_open(self._connection, relative.id, now)
                relative_messages.drop_waiting(self._connection, relative.id, "not_theirs")
            if bonds:
                self._note("relative parted", relative, resident, by, now)
            return bool(bonds)

    def leave(self, relative: Relative) -> None:
        """The relative wants no more of it: signed out, and their password gone."""
        with transaction(self._connection):
            now = self._clock.now()
            store.put_relative(self._connection, msgspec.structs.replace(relative, left_at=now))
            invitations.revoke_open(self._connection, relative.id, now)
            relative_messages.drop_waiting(self._connection, relative.id, "left")
            account = (relative.site, relative.account)
            self._connection.execute(
                "UPDATE session SET ended_at = ? WHERE site = ? AND person = ? AND ended_at IS NULL",
                (to_us(now), *account),
            )
            self._connection.execute("DELETE FROM credential WHERE site = ? AND person = ?", account)
            self._note("relative left", relative, "", relative.account, now)

    def choose(self, relative: Relative, choices: Choices) -> Relative:
        """Language, letters, quiet hours, and when the week's summary comes."""
        after = msgspec.structs.replace(
            relative,
            language=choices.language,
            by_email=choices.by_email,
            quiet_from=f"{choices.quiet_from:%H:%M}",
            quiet_until=f"{choices.quiet_until:%H:%M}",
            digest_weekday=choices.digest_weekday,
            digest_hour=choices.digest_hour,
        )
        with transaction(self._connection):
            store.put_relative(self._connection, after)
            self._note("relative chose", after, "", after.account, self._clock.now())
        return after

    def _end_consent(self, consent: Consent, by: str, at: datetime) -> None:
        ended = msgspec.structs.replace(consent, withdrawn_at=at, withdrawn_by=by)
        store.put_consent(self._connection, ended)

    def _end_rests(self, relative: Relative, resident: str, by: str, at: datetime, own: bool | None) -> int:
        """`own`: those that the relative asked for, or those of the house; None: all."""
        standing = [
            rest
            for rest in store.known(self._connection, relative).rests
            if rest.resident == resident
            and rest.holds(at)
            and own in (None, rest.asked_by == relative.account)
        ]
        for rest in standing:
            store.put_rest(self._connection, msgspec.structs.replace(rest, ended_at=at, ended_by=by))
        return len(standing)

    def _lives_here(self, resident: str, at: datetime) -> bool:
        today = at.astimezone(self._site.zone).date()
        return any(r.id == resident and r.lives_here(today) for r in self._site.residents)

    def _note(
        self, what: str, relative: Relative, resident: str, by: str, at: datetime, **detail: object
    ) -> None:
        said = {"relative": relative.account, "resident": resident, **detail}
        audit.add(self._connection, self._site.site, at, by, what, said)


def _no_resident(resident: str) -> Refusal:
    return Refusal(f"no {resident!r} lives here whose relative it could be", "no_resident")
