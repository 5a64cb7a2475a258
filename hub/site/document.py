"""A site document with some of its parts changed, and all else as it stands, character for character."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from hub.site.layout import Section, layout
from hub.site.writing import divided, line_break_of, rewritten, write_value

Value = dict[str, Any]
"""A part as the document says it: texts, true and false, nothing, groups and lists of these."""
PLAN_KEY = "escalation"
"""The key of the site's own plan of who is called: the one part that is in no list."""


class PartChange(NamedTuple):
    """`position` in the section's list, None for one that is added; `before` None: it is added, `after` None:
    removed.
    """

    section: str
    position: int | None
    before: Value | None
    after: Value | None


class UnwritableError(Exception):
    """A change would lose comments; the message says where and what to do."""


def with_changes(document: str, content: Mapping[str, Any], changes: Sequence[PartChange]) -> str:
    """The document after these changes. `content` is what it says now. Raises UnwritableError."""
    mark = "\ufeff" if document.startswith("\ufeff") else ""
    text = document.removeprefix(mark)
    for section in dict.fromkeys(change.section for change in changes):
        if section == PLAN_KEY:
            text = _with_plan(text, content, next(c.after for c in changes if c.section == section))
            continue
        text = _on_lines(text, content, section)
        found = _section(text, section)
        assert found is not None
        new = _changed(text, found, [c for c in changes if c.section == section])
        text = text[: found.span.start] + new + text[found.span.end :]
    return mark + text


def _with_plan(text: str, content: Mapping[str, Any], plan: Value | None) -> str:
    """With another plan of the whole site, or none. What stands below it stays."""
    text = _laid_out(text, content)
    line_break, section = line_break_of(text), _section(text, PLAN_KEY)
    written = f"{PLAN_KEY}:{line_break}{_plan_on_lines(plan, line_break)}" if plan is not None else ""
    if section is None:
        return _closed(text, line_break) + (line_break + written if written else "")
    whole = text[section.span.start : section.span.end]
    lines = whole.splitlines(keepends=True)
    end = max(n for n, line in enumerate(lines) if line.strip() and not line.lstrip().startswith("#")) + 1
    own = "".join(lines[:end])
    _refuse_comments(own, f"{PLAN_KEY}:")
    return text[: section.span.start] + written + whole[len(own) :] + text[section.span.end :]


def _plan_on_lines(plan: Value, line_break: str) -> str:
    """Each severity with its steps, a line a step."""
    lines = []
    for severity, course in plan.items():
        lines.append(f"  {severity}:")
        for key, value in course.items():
            if isinstance(value, list):
                lines += [f"    {key}:", *(f"      - {write_value(step)}" for step in value)]
            else:
                lines.append(f"    {key}: {write_value(value)}")
    return "".join(line + line_break for line in lines)


def _section(text: str, key: str) -> Section | None:
    return next((section for section in layout(text) or () if section.key == key), None)


def _changed(text: str, section: Section, changes: Sequence[PartChange]) -> str:
    """The section's text."""
    items = section.items or ()
    by_position = {change.position: change for change in changes if change.position is not None}
    line_break = line_break_of(text)
    indent = " " * (section.indent if items else 2)
    added = [f"{indent}- {write_value(c.after)}{line_break}" for c in changes if c.position is None]
    if not items:
        whole = text[section.span.start : section.span.end]
        first = whole.find("\n") + 1 or len(whole)
        return _closed(whole[:first], line_break) + "".join(added) + whole[first:]
    pieces = [text[section.span.start : items[0].start]]
    for position, span in enumerate(items):
        part = text[span.start : span.end]
        change = by_position.get(position)
        if change is None and position < len(items) - 1:
            pieces.append(part)
            continue
        if change is not None and change.after is not None:
            part = rewritten(part, change.before, change.after)
        own, below = divided(part)
        if change is not None and change.after is None:
            own = ""
        if position == len(items) - 1 and added:
            own = _closed(own, line_break) + "".join(added)
        pieces += [own, below]
    return "".join(pieces)


def _closed(lines: str, line_break: str) -> str:
    """With a line break at the end, where a file ends without one."""
    return lines if not lines or lines.endswith("\n") else lines + line_break


_NOTHING = re.compile(r"([A-Za-z_]+:)[ ]*(?:\[[ ]*\]|~|null)(?=[ ]*(?:#|\r?\n|$))", re.IGNORECASE)


def _on_lines(text: str, content: Mapping[str, Any], key: str) -> str:
    """The text with a section that has its parts on lines of their own, or none yet."""
    text = _laid_out(text, content)
    line_break, section = line_break_of(text), _section(text, key)
    if section is None:
        return _closed(text, line_break) + f"{line_break}{key}:{line_break}"
    if section.items is not None:
        return text
    own = text[section.span.start : section.span.end]
    if not content.get(key):
        new = _NOTHING.sub(r"\1", own, count=1)
    else:
        _refuse_comments(own, f"{key}:")
        new = _written(key, content[key], line_break)
    return text[: section.span.start] + new + text[section.span.end :]


def _laid_out(text: str, content: Mapping[str, Any]) -> str:
    """The text with every key at the left edge of its lines."""
    line_break = line_break_of(text)
    if layout(text) is None or not all(_section(text, one) for one in content):
        _refuse_comments(text, "the file")
        return "".join(_written(one, value, line_break) for one, value in content.items())
    return text


def _written(key: str, value: Any, line_break: str) -> str:
    if not isinstance(value, list):
        return f"{key}: {write_value(value)}{line_break}"
    return f"{key}:{line_break}" + "".join(f"  - {write_value(part)}{line_break}" for part in value)


def _refuse_comments(text: str, what: str) -> None:
    if re.search(r"(^|\s)#", text):
        raise UnwritableError(f"{what} is written in brackets with comments in between")
