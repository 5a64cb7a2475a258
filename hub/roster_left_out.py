"""What of a roster's file becomes no shift, and why: as values, and in words for whoever reads."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import NamedTuple

from hub.roster_absences import Away
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


def of_whoever_is_away(shift: Shift, away: Away, title: str, site: Site) -> NotUnderstood:
    starts, since, until = (
        at.astimezone(site.zone) for at in (shift.starts_at, away.starts_at, away.ends_at)
    )
    return NotUnderstood(
        f"{shift.person} {starts:%Y-%m-%d %H:%M}",
        "away",
        away.title,
        title=title,
        starts=shift.starts_at,
        ends=shift.ends_at,
        who=next(one.name for one in site.people if one.id == shift.person),
        since=since.date() if away.whole_days else since,
        until=(until - timedelta(days=1)).date() if away.whole_days else until,
    )
