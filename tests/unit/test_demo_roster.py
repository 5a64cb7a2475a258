"""The demo's roster: somebody is on duty by day, and planning it twice changes nothing."""

import socket
from datetime import timedelta
from pathlib import Path

import pytest

from dashboards.access import access_of
from hub import clock, reach
from hub.commands.demo import free_port, let_through
from hub.demo.preparation import PAGED, ROSTER, give_pagers, house, plan_roster, put_in_force
from hub.demo.proven import prove_each_shift
from hub.settings import Settings
from hub.store import contacts, proofs, shifts
from hub.store.db import connect
from rules.duty import on_duty
from rules.reach import ROUTING


def test_each_unit_has_a_carer_by_day_and_the_patrol_by_night_and_twice_is_once(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    site = put_in_force(settings)
    plan_roster(settings, site)
    connection = connect(settings.database)
    today = clock.now().astimezone(site.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    planned = shifts.between(connection, site.site, today - timedelta(days=30), today + timedelta(days=30))
    for hour, expected in ((3, {"nora"}), (9, {"kari", "amina", "lise"}), (17, {"jonas"}), (23, {"nora"})):
        at = today + timedelta(hours=hour)
        assert {shift.person for shift in on_duty(site, planned, (), at)} == expected, hour
    plan_roster(settings, site)
    assert planned == shifts.between(
        connection, site.site, today - timedelta(days=30), today + timedelta(days=30)
    )
    connection.close()


def test_the_week_ahead_has_one_night_for_the_leader_to_fill_and_everybody_else_is_told(
    tmp_path: Path,
) -> None:
    settings = Settings(data=tmp_path)
    site = put_in_force(settings)
    for _ in range(2):
        plan_roster(settings, site)
        give_pagers(settings, site)
    connection, now = connect(settings.database), clock.now()
    assert sorted(one.person for one in contacts.everything(connection, site.site)) == sorted(PAGED)
    found = reach.week(connection, site, frozenset({"pager"}), now)
    routing = [gap for gap in found.gaps if gap.reason in ROUTING]
    assert {(gap.unit, gap.reason) for gap in routing} == {
        ("solsikka", "nobody_on_duty"),
        ("bjorka", "nobody_on_duty"),
    }
    assert all(len(gap.hours) <= 10 for gap in routing), "one night"
    connection.close()


def test_the_weeks_before_have_a_roster_and_a_proof_at_each_change_of_shift(tmp_path: Path) -> None:
    settings, now = Settings(data=tmp_path), clock.now()
    site = put_in_force(settings)
    plan_roster(settings, site, 30)
    made = prove_each_shift(settings, site, now, 30)
    assert made in (2 * 30 * 3, 2 * 30 * 3 - 2, 2 * 30 * 3 + 2), "two units; a change of the clocks, a minute"
    assert prove_each_shift(settings, site, now, 30) == 0, "an earlier demo's stay as they are"
    connection = connect(settings.database)
    assert shifts.on_duty(connection, site, now - timedelta(days=29))
    found = proofs.since(connection, site.site, now - timedelta(days=31))
    assert {proof.result for proof in found} == {"held"}
    assert {one.person for proof in found for one in proof.record.sendings} == {
        "kari",
        "amina",
        "jonas",
        "nora",
    }
    connection.close()


def test_a_carer_has_the_own_unit_and_the_night_patrol_all_as_the_roster_says() -> None:
    site = house().site
    units = {unit.id for unit in site.units}
    sees = {p.id: {unit for unit in units if access_of(p).sees_unit(unit)} for p in site.people}
    assert (sees["kari"], sees["amina"], sees["nora"]) == ({"solsikka"}, {"bjorka"}, units)
    assert all(set(of_shift) <= sees[person] for person, _, of_shift, _, _ in ROSTER)
    assert all(sees[person] == units for person, function, *_ in ROSTER if function == "night_patrol")


def test_of_ones_own_settings_the_demo_takes_only_where_webhooks_may_go() -> None:
    own = {
        "PATH": "/bin",
        "VAKA_WEBHOOK_HOSTS": "127.0.0.1:9000",
        "VAKA_DATA": "/srv/vaka",
        "VAKA_BROKER": "x",
    }
    assert let_through(own) == {"PATH": "/bin", "VAKA_WEBHOOK_HOSTS": "127.0.0.1:9000"}


def test_a_port_that_is_taken_is_said_with_the_one_that_the_pages_are_on(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = other.getsockname()[1]
        found = free_port(taken)
    said = capsys.readouterr().err
    assert f"port {taken} is not to be had (Address already in use)" in said
    assert f"the pages come on port {found} instead" in said
    assert free_port(found) == found
    assert capsys.readouterr().err == ""
