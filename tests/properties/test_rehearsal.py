"""A rehearsal says of a rule what a live hub, told the same at that time, does: raise it then, or not."""

import tempfile
from datetime import date, datetime, timedelta
from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st

from devices.reading import Reading
from rules.catalogue import catalogue
from rules.rehearsal import Rehearsed, Run, rehearse
from rules.rulebook import rulebook
from tests.properties.houses import SAYINGS, SITE, Said, reading, starts
from tests.world import World, read

HOUSE = read(SITE)
BOOK = rulebook(HOUSE, catalogue(), date(2026, 1, 1))
DEVICES = [device for device in HOUSE.devices if device.room in ("A", "B")]


@st.composite
def trials(draw: st.DrawFn) -> tuple[str, list[Said]]:
    """What one device says within a test."""
    device = draw(st.sampled_from([device.id for device in DEVICES]))
    tells = [(measure, value) for id, measure, values in SAYINGS if id == device for value in values]
    gaps = st.integers(1, 120).map(lambda seconds: timedelta(seconds=seconds))
    each = st.builds(lambda gap, what: Said(gap, device, *what), gaps, st.sampled_from(tells))
    return device, draw(st.lists(each, min_size=1, max_size=6))


def live(rehearsed: Rehearsed, run: Run) -> datetime | None:
    """When a hub that lives through these readings raises the rule first."""
    with tempfile.TemporaryDirectory() as folder:
        world = World(Path(folder), SITE, run.readings[0].at - timedelta(seconds=5))
        try:
            for one in run.readings:
                world.until(one.at)
                world.says(one.device, **{one.measure: one.value})
            world.until(run.until)
            raised = [
                found.at
                for found in world.findings()
                if (found.rule, found.room, found.kind) == (rehearsed.rule, rehearsed.room, "raised")
            ]
        finally:
            world.stop()
    return raised[0] if raised else None


@given(trials(), starts, st.data())
@settings(max_examples=max(3, settings.default.max_examples // 3))
@example(("A door", [Said(timedelta(seconds=1), "A door", "open", True)]), datetime.fromisoformat("2026-03-28T12:00Z"), None)  # fmt: skip  # noqa: E501
@example(("A motion", [Said(timedelta(seconds=1), "A motion", "motion", True)]), datetime.fromisoformat("2026-03-28T12:00Z"), None)  # fmt: skip  # noqa: E501
def test_a_live_hub_raises_what_the_rehearsal_says_and_when(
    trial: tuple[str, list[Said]], start: datetime, data: st.DataObject | None
) -> None:
    device, said = trial
    at, heard = start, list[Reading]()
    for one in said:
        at += one.gap
        heard.append(reading(one, at))
    placed = next(one for one in DEVICES if one.id == device)
    rehearsal = rehearse(BOOK, catalogue(), placed, heard, start)
    played = [(one, run) for one in rehearsal.rules for run in one.runs]
    if not played:
        assert all(not one.fires for one in rehearsal.rules)
        return
    chosen = played if data is None else [data.draw(st.sampled_from(played))]
    for rehearsed, run in chosen:
        assert live(rehearsed, run) == run.raised_at, (rehearsed.rule, rehearsed.why)
        if rehearsed.why == "raises":
            assert run.raised_at is not None
        if rehearsed.why == "wrong sense" and len(rehearsed.runs) == 1:
            assert run.raised_at is None
