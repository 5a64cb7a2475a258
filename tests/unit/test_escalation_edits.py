"""The plan of who is called is changed in the site in force: the rest of its document stays as it stands."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from hub.site.change import Changed, Conflict, change_site, put_in_force, try_edits
from hub.site.edits import PutEscalation, PutPart, Refused, Would
from hub.site.file import SiteFile, read_site
from hub.site.outcome import carry_out
from hub.site.plan import plan
from hub.store import site_changes
from hub.store.db import connect, transaction
from rules.escalation import EscalationPlan
from tests.world import Clock

EXAMPLE = (Path(__file__).parents[2] / "sites" / "donski-small.yaml").read_text("utf-8")
CLOCK = Clock(datetime(2026, 11, 23, 12, tzinfo=UTC))
PLAN = {
    "high": {
        "steps": [{"after": "0 s", "to": ["unit"]}, {"after": "2 min", "to": ["leaders", "night_patrol"]}],
        "repeat": "3 min",
    }
}
OTHER = {"low": {"steps": [{"after": "0 s", "to": ["unit"]}], "repeat": "1 h"}}


def file_of(document: str) -> SiteFile:
    found = read_site(document, "site.yaml")
    assert isinstance(found, SiteFile), found
    return found


def edited(document: str, *edits: PutEscalation) -> SiteFile:

    file = file_of(document)
    found = carry_out(file, plan(file, edits))
    assert isinstance(found, Would), found
    return found.file


@pytest.mark.parametrize("line_break", ["\n", "\r\n"])
def test_the_sites_plan_is_added_changed_and_taken_back_and_all_else_stays(line_break: str) -> None:
    before = EXAMPLE.replace("\n", line_break)
    added = edited(before, PutEscalation(PLAN))
    assert added.site.escalation == EscalationPlan.model_validate(PLAN)
    assert added.document.startswith(before.rstrip())
    changed = edited(added.document, PutEscalation({**PLAN, **OTHER}))
    assert changed.site.escalation.low.repeat.total_seconds() == 3600
    back = edited(changed.document, PutEscalation(None))
    assert back.site == file_of(before).site
    assert back.document.rstrip() == before.rstrip()


def test_what_stands_below_the_plan_stays_below_it() -> None:
    plan = "escalation:\n  low: {steps: [{after: 0 s, to: [unit]}], repeat: 2 h}\n\n# Ways in\n"
    before = EXAMPLE.replace("gateways:\n", f"{plan}gateways:\n", 1)
    after = edited(before, PutEscalation(PLAN)).document
    assert "repeat: 3 min\n\n# Ways in\ngateways:\n" in after
    assert "repeat: 2 h" not in after


def test_a_plan_with_comments_in_it_is_not_overwritten() -> None:

    text = "escalation:\n  low:   # nobody at night\n    steps: [{after: 0 s, to: [unit]}]\n    repeat: 2 h\n"
    file = file_of(EXAMPLE + text)
    refused = carry_out(file, plan(file, [PutEscalation(PLAN)]))
    assert isinstance(refused, Refused)
    assert "comments" in str(refused.problems[0])


def test_a_units_plan_is_its_own_and_taken_back_it_follows_the_house() -> None:
    own = edited(EXAMPLE, PutEscalation(PLAN, "bjorka"))
    assert own.site.escalation_of("bjorka").high.repeat.total_seconds() == 180
    assert own.site.escalation_of("solsikka") == EscalationPlan()
    assert edited(own.document, PutEscalation(None, "bjorka")).site == file_of(EXAMPLE).site


def test_a_plan_that_does_not_hold_is_refused_by_its_part(tmp_path: Path) -> None:
    connection = connect(tmp_path / "vaka.db")
    with transaction(connection):
        put_in_force(connection, file_of(EXAMPLE), CLOCK.now(), "trond")
    late = {"high": {"steps": [{"after": "2 min", "to": ["unit"]}], "repeat": "3 min"}}
    for edit in (PutEscalation(late), PutEscalation(late, "bjorka"), PutEscalation(PLAN, "nowhere")):
        assert isinstance(try_edits(connection, "donski-small", [edit]), Refused)
    connection.close()


def test_of_two_who_change_the_plan_the_second_is_told_and_who_did_what_is_on_record(tmp_path: Path) -> None:
    connection = connect(tmp_path / "vaka.db")
    with transaction(connection):
        seen = put_in_force(connection, file_of(EXAMPLE), CLOCK.now(), "trond").id
    for unit, section in ((None, "escalation"), ("bjorka", "units")):
        first = change_site(connection, "donski-small", [PutEscalation(PLAN, unit)], "berit", CLOCK, seen)
        assert isinstance(first, Changed)
        second = change_site(connection, "donski-small", [PutEscalation(OTHER, unit)], "kari", CLOCK, seen)
        assert isinstance(second, Conflict)
        assert [(other.by, other.section) for other in second.others] == [("berit", section)]
    (record,) = site_changes.of_part(connection, "donski-small", "escalation", "")
    assert (record.before, record.after) == (None, PLAN)
    other = PutPart("units", {"id": "solsikka", "name": "Solsikken"})
    assert isinstance(change_site(connection, "donski-small", [other], "kari", CLOCK, seen), Changed)
    connection.close()
