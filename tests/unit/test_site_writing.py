"""Values written into a document are read again as what they were, in whatever way it is laid out."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from hub.site.document import PartChange, with_changes
from hub.site.writing import write_value
from hub.site.yaml_tree import read_tree

WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from(
    ["07:00", "true", "null", "~", "on", "0302", "a: b", "a #b", "- x", "1A dør", "22:00-07:00", "x:", "a,b"]
)
SIMPLE = WORDS | st.booleans() | st.none()
VALUES = st.recursive(
    SIMPLE,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=6,
)
KEYS = st.sampled_from(["room", "role", "rules", "why", "lasts", "when"])
PARTS = st.dictionaries(KEYS, VALUES, max_size=5)
COMMENT = "   # as it was"


def on_lines(part: dict[str, Any], indent: int) -> str:
    """A part as people write it: each key on a line, groups further in, a comment behind the texts."""
    lines: list[str] = []
    for key, value in part.items():
        if isinstance(value, dict) and value:
            inner = ("  " + line for line in on_lines(value, 0).splitlines())
            lines += [f"{write_value(key)}:{COMMENT}", *inner]
        else:
            lines.append(f"{write_value(key)}: {write_value(value)}{COMMENT}")
    return "\n".join(" " * indent + line for line in lines)


@settings(deadline=None)
@given(VALUES)
def test_a_value_is_read_as_it_was_written(value: Any) -> None:
    tree = read_tree(f"x: {write_value(value)}\n")
    assert (tree.value, tree.flaws) == ({"x": value}, [])


@st.composite
def documents(draw: st.DrawFn) -> tuple[str, list[dict[str, Any]], list[dict[str, Any] | None], list[Any]]:
    """A document of devices, each in brackets or on lines; what becomes of each (None: removed); new ones."""
    parts = [{"id": f"d{n}", **draw(PARTS)} for n in range(draw(st.integers(0, 4)))]
    head = "# the devices" + draw(st.sampled_from(["\ndevices:\n", "\n\ndevices:   # all\n"]))
    text = ""
    for part in parts:
        text += draw(st.sampled_from(["", "\n", "  # a word\n", "# far left\n"]))
        if draw(st.booleans()):
            text += f"  - {write_value(part)}{draw(st.sampled_from(['', COMMENT]))}\n"
        else:
            text += "  - " + on_lines(part, 4).lstrip(" ") + "\n"
    text += draw(st.sampled_from(["", "\n# what follows\nsite: x", "site: x\n"]))
    after: list[dict[str, Any] | None] = []
    for part in parts:
        kept = {key: value for key, value in part.items() if key == "id" or draw(st.booleans())}
        changed = draw(st.sampled_from([part, None, {**kept, **draw(PARTS)}]))
        after.append(changed)
    return head + text, parts, after, draw(st.lists(PARTS, max_size=2))


@settings(deadline=None)
@given(documents())
def test_any_changes_of_parts_come_out_as_they_were_meant_and_leave_the_other_lines_alone(
    drawn: tuple[str, list[dict[str, Any]], list[dict[str, Any] | None], list[Any]],
) -> None:
    text, before, after, added = drawn
    tree = read_tree(text)
    assert (tree.value["devices"] or [], tree.flaws) == (before, [])
    changes = [
        PartChange("devices", n, old, new)
        for n, (old, new) in enumerate(zip(before, after, strict=True))
        if old != new
    ]
    changes += [PartChange("devices", None, None, {"id": f"n{n}", **part}) for n, part in enumerate(added)]
    new_text = with_changes(text, tree.value, changes)
    found = read_tree(new_text)
    wanted = [part for part in after if part is not None] + [c.after for c in changes if c.before is None]
    assert (found.value["devices"] or [], found.flaws) == (wanted, [])
    assert found.value.get("site") == tree.value.get("site")
    if not changes:
        assert new_text == text
    comments = ("# the devices", "  # a word", "# far left", "# what follows")
    assert [line for line in new_text.split("\n") if line in comments] == [
        line for line in text.split("\n") if line in comments
    ]
