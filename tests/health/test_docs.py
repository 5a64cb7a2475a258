"""docs/device-health.md says what is in force."""

import re
from pathlib import Path

from rules.duration import write_duration
from rules.health.thresholds import fault_rules
from tests.health.known_after import table

DOCS_OF_FIGURES = Path(__file__).parents[2] / "docs" / "figures.md"
DOCS = (Path(__file__).parents[2] / "docs" / "device-health.md").read_text("utf-8")


def written(value: object) -> str:
    if hasattr(value, "total_seconds"):
        return write_duration(value)  # type: ignore[arg-type]
    if isinstance(value, tuple):
        return f"[{', '.join(f'{part:g}' for part in value)}]"
    return f"{value:g}"


def test_the_table_of_faults_has_every_kind_with_its_values() -> None:
    rows = re.findall(r"^\| `([a-z-]+)` \| .*? \| .*? \| (.*?) ?\|$", DOCS, re.MULTILINE)
    assert rows == [
        (
            kind,
            " ".join(
                f"`{name}: {written(getattr(rule, name))}`"
                for name in type(rule).model_fields
                if name not in ("fault", "name", "why", "severity")
            ),
        )
        for kind, rule in fault_rules().items()
    ]


def test_every_fault_has_words_in_both_languages() -> None:
    for rule in fault_rules().values():
        assert rule.name.nb != rule.name.en
        assert rule.why.nb.endswith(".")
        assert rule.why.en.endswith(".")


def test_how_soon_a_dead_device_is_known_is_what_the_figures_say() -> None:
    figures = DOCS_OF_FIGURES.read_text("utf-8")
    for line in table():
        assert line in figures
