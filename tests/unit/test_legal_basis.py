"""Consent and decisions: what they cover, when, and that they fall due."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from hub import doctor
from hub.commands.check import summary
from hub.scenario.world import World, read
from hub.site.file import SiteFile, read_site
from rules.catalogue import catalogue
from rules.legal_basis import Review, reviews
from rules.rulebook import days_of_moving, rulebook
from rules.wording import Voice, why_not_covered

BASIS = (Path(__file__).parents[1] / "scenarios" / "sites" / "basis.yaml").read_text("utf-8")


def problems(text: str) -> list[str]:
    found = read_site(text, "basis.yaml")
    return [str(problem) for problem in (found.warnings if isinstance(found, SiteFile) else found)]


def test_a_house_that_does_not_ask_for_a_basis_works_as_if_every_rule_were_allowed() -> None:
    asked = read(BASIS)
    unasked = read(BASIS.replace("legal_basis: required\n", ""))
    day = date(2026, 11, 22)
    assert {off.room for off in rulebook(asked, catalogue(), day).without_basis} == {"1A", "1B"}
    assert rulebook(unasked, catalogue(), day).without_basis == ()
    assert ("night-exit", "1B") in rulebook(unasked, catalogue(), day).watches
    assert ("night-exit", "1B") not in rulebook(asked, catalogue(), day).watches


def test_all_who_share_a_room_need_a_basis() -> None:
    shared = read(BASIS.replace("residents:\n", "residents:\n  - {id: r-per, name: Per Moe, room: 1A}\n", 1))
    (off,) = [
        off
        for off in rulebook(shared, catalogue(), date(2026, 11, 22)).without_basis
        if (off.rule, off.room) == ("night-exit", "1A")
    ]
    assert off.residents == ("r-per",)


def test_check_warns_of_rules_that_no_basis_names_and_of_a_basis_that_nobody_asks_for() -> None:
    warned = "\n".join(problems(BASIS))
    assert "rule 'night-exit' is off for 'r-eli': no legal basis" in warned
    assert "rule 'night-exit' is off for 'r-dag'" not in warned
    assert "rule 'quiet' is off for 'r-dag': no legal basis; expected legal_basis: with quiet" in warned
    unasked = "\n".join(problems(BASIS.replace("legal_basis: required\n", "")))
    assert "the legal basis of 'r-dag' is not looked at" in unasked


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("rules: [night-exit]", "rules: [nightexit]", "there is no rule 'nightexit'; expected night-exit"),
        ("measures: [motion]", "measures: [smell]", "there is no measure 'smell'"),
        ("        rules: [night-exit]\n", "", "it covers nothing; expected rules: or measures:"),
        ("valid_until: 2026-11-23", "valid_until: 2025-11-23", "valid_until lies before valid_from"),
        ("review: 2026-11-20", "review: 2025-11-20", "review lies before valid_from"),
        ("        review: 2026-11-20\n", "", "review is missing; expected the day by which it is looked at"),
        ("kind: decision", "kind: habit", "kind is 'habit'; expected one of consent, decision"),
    ],
)
def test_a_mistake_in_a_basis_is_said_with_its_cure(old: str, new: str, said: str) -> None:
    assert old in BASIS
    assert said in "\n".join(problems(BASIS.replace(old, new, 1)))


def test_a_review_is_a_task_thirty_days_ahead_and_overdue_after_its_day() -> None:
    site = read(BASIS)
    assert reviews(site, date(2026, 10, 20)) == []
    assert reviews(site, date(2026, 10, 21)) == [Review("r-dag", date(2026, 11, 20), False)]
    said = [r.what for r in doctor.on_legal_basis(site, datetime(2026, 11, 1, 12, tzinfo=UTC))]
    assert "the legal basis of r-dag is to be reviewed by 2026-11-20" in said
    assert "night-exit in 1B is off: no legal basis (r-eli)" in said
    late = list(doctor.on_legal_basis(site, datetime(2026, 11, 22, 12, tzinfo=UTC)))
    assert ("wrong", "the legal basis of r-dag is to be reviewed by 2026-11-20: overdue") in [
        (remark.state, remark.what) for remark in late
    ]


def test_the_days_on_which_a_basis_begins_or_ends_put_other_rules_in_force() -> None:
    assert days_of_moving(read(BASIS), date(2026, 1, 1)) == [date(2026, 11, 24)]


def test_why_a_resident_is_not_covered_names_the_missing_basis(tmp_path: Path) -> None:
    world = World(tmp_path, BASIS, datetime(2026, 11, 22, 12, tzinfo=UTC))
    world.until(datetime(2026, 11, 22, 12, 1, tzinfo=UTC))
    found = world.protection("r-eli").protection
    (why,) = [why for why in found.why if (why.cause, why.what) == ("no_basis", "night-exit")]
    names = {"night-exit": catalogue()["night-exit"].name}
    said = why_not_covered(why, names, Voice("nb", world.site.zone, world.clock.now()))
    assert said == "«Ytterdør åpnet om natten» er av: mangler rettslig grunnlag"
    assert "no legal basis today (r-eli)" in summary(world.site)
    world.stop()


def test_what_a_rule_had_seen_before_its_basis_ended_is_forgotten_when_another_begins(tmp_path: Path) -> None:
    motion = "{rule: quiet, after: 3 h, prewarning: 0 s, signs: [{measure: motion, value: true}]}"
    text = BASIS.replace("{rule: quiet, after: 1 h, prewarning: 0 s}", motion)
    ended = "{kind: consent, measures: [motion], decided_by: Dag Moe, valid_from: 2026-01-01,"
    ended += " valid_until: 2026-11-22, review: 2026-11-22}"
    text = text.replace("    legal_basis:\n", f"    legal_basis:\n      - {ended}\n")
    world = World(tmp_path, text, datetime(2026, 11, 22, 21, tzinfo=UTC))
    world.says("1A motion", motion=True)  # the time runs out after midnight: on a day without a basis
    world.until(datetime(2026, 11, 25, 12, tzinfo=UTC))
    assert world.alerts() == []
    world.says("1A motion", motion=False)
    world.says("1A motion", motion=True)
    world.until(datetime(2026, 11, 25, 16, tzinfo=UTC))
    assert [a.raised_at for a in world.alerts()] == [datetime(2026, 11, 25, 15, tzinfo=UTC)]
    world.stop()
