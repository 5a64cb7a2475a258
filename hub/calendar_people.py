"""Whom an event of a calendar file is about: by id, by address, by name."""

from __future__ import annotations

import re
from collections.abc import Mapping

from hub.calendar_times import Event, OddError
from rules.building import Person, Site


class People:
    """`emails`: who has which address, in small letters."""

    def __init__(self, site: Site, emails: Mapping[str, str]) -> None:
        self._people = {person.id: person for person in site.people}
        self._emails = emails
        # Once, and not for each event: hundreds work in a big house.
        self._named = [(p, _word(p.name, p.id)) for p in site.people]
        self.names = tuple(named for _, named in self._named)

    def whose_shift(self, event: Event) -> Person:
        """Raises OddError where that is nobody, or not one alone."""
        found = self._by_id(event) or next(iter(self._by_address(event)), None)
        if found is not None:
            return found
        named = self._by_name(event)
        if len(named) != 1:
            raise OddError("several_people" if named else "no_person_named", event.get("SUMMARY", ""))
        return named[0]

    def whose_absence(self, event: Event) -> Person | None:
        """None where it names nobody, or several: who of them is away cannot be told."""
        try:
            found = self._by_id(event)
        except OddError:
            return None
        if found is not None:
            return found
        either = {person.id: person for person in (*self._by_address(event), *self._by_name(event))}
        return next(iter(either.values())) if len(either) == 1 else None

    def _by_id(self, event: Event) -> Person | None:
        said = str(event.get("X-VAKA-PERSON", "")).strip()
        if said and said not in self._people:
            raise OddError("no_such_person", said)
        return self._people.get(said)

    def _by_address(self, event: Event) -> list[Person]:
        addresses = [str(guest).strip().lower().removeprefix("mailto:") for guest in _guests(event)]
        known = (self._emails.get(address, "") for address in addresses)
        return [self._people[person] for person in known if person in self._people]

    def _by_name(self, event: Event) -> list[Person]:
        names = [str(getattr(guest, "params", {}).get("CN", "")) for guest in _guests(event)]
        text = " ".join([str(event.get("SUMMARY", "")), *names])[:1000].casefold()
        return [person for person, named in self._named if named.search(text)]


def _guests(event: Event) -> list[object]:
    guests = event.get("ATTENDEE") or []
    return guests if isinstance(guests, list) else [guests]


def _word(*names: str) -> re.Pattern[str]:
    """Finds one of them as a word of its own."""
    either = "|".join(re.escape(name.casefold()) for name in names)
    return re.compile(rf"(?<!\w)(?:{either})(?!\w)")
