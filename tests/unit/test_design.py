"""The design system holds: one file has the values, each look can be read, and night does not blind."""

import re
from itertools import product
from pathlib import Path

import pytest

from tests.servers import ROOT

STATIC = ROOT / "dashboards" / "static"
TOKENS = (STATIC / "tokens.css").read_text("utf-8")
OTHERS = sorted(path for path in STATIC.glob("*.css") if path.name not in ("tokens.css", "letter.css"))
"""letter.css goes into mail, where there are no tokens."""
LOOKS = ("light", "dark", "auto", "night")


def look(name: str) -> dict[str, str]:
    found = re.search(rf'\[data-theme="{name}"\] {{(.*?)\n *}}', TOKENS, re.DOTALL)
    assert found is not None, name
    return dict(re.findall(r"(--[\w-]+): ([^;]+);", found[1]))


def luminance(colour: str) -> float:
    """Relative, as in WCAG 2.2."""
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    dark, bright = sorted((luminance(one), luminance(other)))
    return (bright + 0.05) / (dark + 0.05)


GROUNDS = ("paper", "sheet", "sunk", "high-wash", "medium-wash", "low-wash")
READ = (
    *product(("ink", "ink-soft"), GROUNDS),
    *(("high", ground) for ground in ("paper", "sheet", "high-wash")),
    *(("good", ground) for ground in ("paper", "sheet", "sunk")),
    *((f"on-{one}", one) for one in ("high", "medium", "low", "do", "lamp", "broken", "broken-wash")),
    ("on-do", "do-hover"),
    ("band-ink", "band"),
    ("band-soft", "band"),
)
SEEN = (
    *product(("edge", "focus", "high", "low", "good"), ("paper", "sheet")),
    ("lamp", "band"),
    ("live", "band"),
    ("caution", "sheet"),
)
"""Edges and marks that say something."""


@pytest.mark.parametrize("name", LOOKS)
def test_text_and_marks_can_be_told_from_their_ground_in_every_look(name: str) -> None:
    has = look(name)
    dim = [(a, b) for a, b in READ if contrast(has[f"--{a}"], has[f"--{b}"]) < 4.5]
    faint = [(a, b) for a, b in SEEN if contrast(has[f"--{a}"], has[f"--{b}"]) < 3]
    assert (dim, faint) == ([], [])


def test_every_look_has_the_same_tokens_and_as_the_device_is_dark_itself() -> None:
    assert look("auto") == look("dark")
    assert set(look("light")) == set(look("dark")) == set(look("night"))


def test_night_is_dim_warm_and_nothing_calm_is_as_bright_as_an_alert() -> None:
    night = {name: value for name, value in look("night").items() if re.fullmatch(r"#[0-9a-f]{6}", value)}
    cold = [name for name, value in night.items() if int(value[5:], 16) > int(value[1:3], 16)]
    assert cold == []
    assert max(luminance(night[f"--{ground}"]) for ground in GROUNDS) < 0.01
    assert all(luminance(value) < 0.6 for value in night.values())
    areas = ("band", "broken", "do", "low", *GROUNDS)
    brightest = max(luminance(night[f"--{area}"]) for area in areas)
    assert luminance(night["--high"]) > brightest
    assert luminance(night["--medium"]) > brightest


@pytest.mark.parametrize("path", OTHERS, ids=lambda path: path.name)
def test_no_other_file_has_values_of_its_own(path: Path) -> None:
    text = re.sub(r"/\*.*?\*/", "", path.read_text("utf-8"), flags=re.DOTALL)
    own = re.findall(r"#[0-9a-f]{3,8}\b(?=[^{}]*[;}])|\brgba?\([^)]*\)", text)
    own += re.findall(r"font-size: [^;}]*\d(?:\.\d+)?rem[^;}]*", text)
    own += re.findall(r"border-radius: [^;}]*\drem[^;}]*", text)
    own += re.findall(r"font-weight: (?!400|500|600|700|800)\d+", text)
    for spacing in re.findall(r"(?<![\w-])(?:padding|margin|gap)(?:-[a-z-]+)?: ([^;}]+)", text):
        own += [f"spacing {spacing}" for rem in re.findall(r"([\d.]+)rem", spacing) if float(rem) < 2]
    assert own == []


def test_every_token_that_is_used_is_given() -> None:
    given = set(re.findall(r"(--[\w-]+):", TOKENS))
    for path in OTHERS:
        text = path.read_text("utf-8")
        own = set(re.findall(r"(--[\w-]+):", text))
        assert set(re.findall(r"var\((--[\w-]+)", text)) - given - own == set(), path.name
