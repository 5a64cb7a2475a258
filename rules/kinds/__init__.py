"""The kinds of rule, one file each. A kind is three pure functions over a frozen state: what a reading, a
deadline and regained sight do.

A new kind: one file here with `State`, `start`, `on_reading`, `on_deadline` and `on_sight`, a line in KINDS,
a model in rules/rule.py, and a scenario in tests/scenarios.
"""

from __future__ import annotations

from types import ModuleType

from rules.kinds import away, event, held, not_by, quiet

KINDS: dict[str, ModuleType] = {
    "event": event,
    "held": held,
    "quiet": quiet,
    "not-by": not_by,
    "away": away,
}
