"""What would come of a plan: the document with it, checked as an imported file is, told part by part."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from hub.site.document import PartChange, UnwritableError, Value, with_changes
from hub.site.edits import Fault, Part, Refused, Would, differences, name_of, parts_of
from hub.site.errors import Problem
from hub.site.file import SECTIONS, SiteFile, read_held
from hub.site.plan import Plan

_LINE = re.compile(r" on line \d+")


def carry_out(file: SiteFile, planned: Plan) -> Would | Refused:
    """The site with what was planned, checked as an imported file is."""
    if planned.faults:
        return Refused(tuple(planned.faults))
    places: dict[Part, int] = {}
    for section in SECTIONS:
        for position, value in enumerate(file.content.get(section) or ()):
            places[section, name_of(section, value)] = position
    old = parts_of(file.content)
    changes = [
        PartChange(part[0], places.get(part), old.get(part), after)
        for part, after in planned.wanted.items()
        if old.get(part) != after
    ]
    try:
        document = with_changes(file.document, file.content, changes)
    except UnwritableError as error:
        return Refused((Fault("", "", "", str(error), "one line for each part (edited as a file)"),))
    found = read_held(document)
    if not isinstance(found, SiteFile):
        return Refused(tuple(dict.fromkeys(_fault(problem, file, changes) for problem in found)))
    diffs = differences(file.content, found.content)
    wanted = {(c.section, _name(c)): c.after for c in changes}
    if {(diff.section, diff.id): diff.after for diff in diffs} != wanted:
        raise AssertionError(f"an edit came out as another one: {diffs!r} for {wanted!r}")
    return Would(found, diffs, _new_warnings(file, found))


def _name(change: PartChange) -> str:
    value = change.after if change.before is None else change.before
    return name_of(change.section, value or {})


def _new_warnings(before: SiteFile, after: SiteFile) -> tuple[Fault, ...]:
    known = Counter(_warning(problem, before) for problem in before.warnings)
    return tuple((Counter(_warning(problem, after) for problem in after.warnings) - known).elements())


def _warning(problem: Problem, file: SiteFile) -> Fault:
    section, position, key = map(str, (*problem.path, "", "", "")[:3])
    id = name_of(section, file.content[section][int(position)]) if position.isdigit() else ""
    return Fault(section, id, key, problem.wrong, problem.expected)


def _fault(problem: Problem, file: SiteFile, changes: Sequence[PartChange]) -> Fault:
    """A problem of the document that was not to be, in the words of its parts."""
    section, position, key = (*problem.path, "", "", "")[:3]
    id = ""
    if isinstance(position, int):
        here = {c.position: c.after for c in changes if c.section == section and c.position is not None}
        values: list[Value | None] = list(file.content.get(str(section)) or ())
        values = [here.get(n, value) for n, value in enumerate(values)]
        values += [c.after for c in changes if c.section == section and c.position is None]
        id = name_of(str(section), [value for value in values if value is not None][position])
    wrong = _LINE.sub("", problem.wrong)  # nobody sees the lines
    return Fault(str(section), id, str(key), wrong, problem.expected)
