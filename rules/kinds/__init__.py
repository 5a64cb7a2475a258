"""The kinds of rule, one file each: pure functions over a frozen state.

`start()` is the state before anything was heard. `on_reading`, `on_deadline` and `on_sight` (the devices are
heard again) answer with a Step, or None where nothing changes. `due` says when time itself matters next.
`on_return` (who was away is home), where a kind needs more than to have heard nothing before.

A new kind: one file here, a line in KINDS, a model in rules/rule.py, and scenarios in tests/scenarios.
"""

from __future__ import annotations

from types import ModuleType

from rules.kinds import away, event, held, moves, not_by, quiet, stays, unattended

KINDS: dict[str, ModuleType] = {
    "event": event,
    "held": held,
    "quiet": quiet,
    "not-by": not_by,
    "away": away,
    "stays": stays,
    "moves": moves,
    "unattended": unattended,
}
