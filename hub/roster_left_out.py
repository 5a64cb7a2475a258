"""What of a roster's file becomes no shift, and why: as values, and in words for whoever reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import NamedTuple

from hub.roster_absences import Absences, Away
from rules.building import Site
from rules.duty import Shift
from rules.wording import Voice
from rules.wording.roster import roster_problem, stretch_in_words


class NotUnderstood(NamedTuple):
    """What is no shift to us. `where`: the event by its title and day, or the line; `code`: why
    (rules/wording/roster.py); `said`: what stands there. `title`, `starts`, `ends`: the event for pages, in
    the reader's language; `starts` is a day where it has no hours. `who`: by name, of whom it speaks.
    `since`, `until`: of which time; days where it has no hours, `until` the last one.
    """

    where: str
    code: str
    said: str = ""
    expected: str = ""
    title: str = ""
    starts: date | None = None
    ends: datetime | None = None
    who: str = ""
    since: date | None = None
    until: date | None = None

    def in_words(self, voice: Voice) -> str:
        when = stretch_in_words(self.since, self.until, voice) if self.since is not None else ""
        said = self.said or when  # of a spreadsheet the times as they stand in it
        return roster_problem(self.code, said, self.expected, voice.language, self.who, when)


def of_a_shift(shift: Shift, code: str, site: Site) -> NotUnderstood:
    """By whose it is and when."""
    name = next((one.name for one in site.people if one.id == shift.person), shift.person)
    where = f"{shift.person} {shift.starts_at.astimezone(site.zone):%Y-%m-%d %H:%M}"
    return NotUnderstood(where, code, title=name, starts=shift.starts_at, ends=shift.ends_at, who=name)


def of_two(shift: Shift, other: Shift, site: Site, title: str = "") -> NotUnderstood:
    """Of a shift that would put somebody on two at once; `other`: the one that they are on."""
    since, until = other.starts_at.astimezone(site.zone), other.ends_at.astimezone(site.zone)
    found = of_a_shift(shift, "two_shifts", site)._replace(since=since, until=until)
    return found._replace(title=title or found.title)


def of_whoever_is_away(shift: Shift, away: Away, title: str, site: Site) -> NotUnderstood:
    since, until = (at.astimezone(site.zone) for at in (away.starts_at, away.ends_at))
    return of_a_shift(shift, "away", site)._replace(
        said=away.title,
        title=title,
        since=since.date() if away.whole_days else since,
        until=(until - timedelta(days=1)).date() if away.whole_days else until,
    )


def still_there(
    standing: Iterable[Shift], absences: Absences, kept_out: Iterable[tuple[Shift, NotUnderstood]], site: Site
) -> Iterator[tuple[Shift, NotUnderstood]]:
    """The shifts on the roster of whoever is away by the calendar then, as it says, or by what it says of
    another shift of theirs at that time.
    """
    by_person: dict[str, list[tuple[Shift, NotUnderstood]]] = {}
    for kept in kept_out:
        by_person.setdefault(kept[0].person, []).append(kept)
    for shift in standing:
        away = absences.of(shift)
        why = of_whoever_is_away(shift, away, "", site) if away is not None else None
        theirs = by_person.get(shift.person, ())
        why = why or next((w for one, w in theirs if one.overlaps(shift)), None)
        if why is not None:
            found = of_a_shift(shift, "still_there", site)
            yield shift, found._replace(said=why.said, since=why.since, until=why.until)
