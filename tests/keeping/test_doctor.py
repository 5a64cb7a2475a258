"""The doctor says of everything done by the clock what is wrong with it and what to do."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from hub import doctor_of_alerting
from hub import doctor_of_keeping as doctor
from hub.backup.make import new_key
from hub.doctor import Remark, on_web_address
from hub.settings import Settings
from hub.store import backups, certificates, contacts, erasures, jobs, proofs, readings, summonses
from hub.store.backups import Backup
from hub.store.contacts import Contact
from hub.store.db import transaction
from hub.store.instants import to_us
from hub.store.proofs import Proof
from hub.store.summonses import Summons
from tests.web.house import House

DAY = timedelta(days=1)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path)
    yield house
    house.connection.close()


def said(remarks: Iterator[Remark]) -> list[tuple[str, str]]:
    found = list(remarks)
    for remark in found:
        assert remark.state == "ok" or remark.cure, f"nobody says what to do: {remark.what}"
    return [(remark.state, remark.what) for remark in found]


def test_a_job_that_failed_or_is_overdue_or_never_ran(house: House) -> None:
    now, connection = house.now(), house.connection

    def on_jobs() -> list[tuple[str, str]]:
        return said(doctor.on_jobs(connection, house.site, now))

    assert on_jobs() == [("look", "retention has not run yet")]
    with transaction(connection):
        jobs.due(connection, "retention", now)
        jobs.done(connection, "retention", now, now + DAY, "")
    assert on_jobs() == [("ok", "jobs are done in time: retention")]
    with transaction(connection):
        jobs.due(connection, "retention", now - timedelta(hours=2))
    assert on_jobs()[0][0] == "wrong"
    assert "has not run" in on_jobs()[0][1]
    with transaction(connection):
        jobs.failed(connection, "retention", now, now, "the disk is full")
    assert "the disk is full" in on_jobs()[0][1]


def test_backups_that_are_none_too_old_or_gone(house: House, tmp_path: Path) -> None:
    now, connection = house.now(), house.connection
    settings = house.settings.model_copy(update={"backup_recipient": new_key(tmp_path / "key")})

    def on_backups() -> list[tuple[str, str]]:
        return said(doctor.on_backups(connection, settings, house.site, now))

    assert said(doctor.on_backups(connection, house.settings, house.site, now))[0][0] == "look"
    assert on_backups() == [("wrong", "there is no backup")]
    with transaction(connection):
        backups.add(connection, Backup("old", now - 2 * DAY, 1, now, now - 2 * DAY))
    assert [state for state, _ in on_backups()] == ["wrong", "look"]
    settings.backups.mkdir()
    (settings.backups / "old").touch()
    (settings.backups / "new").touch()
    with transaction(connection):
        backups.add(connection, Backup("new", now, 1, now, now))
    assert [state for state, _ in on_backups()] == ["ok"]


def test_a_certificate_that_ends_and_a_history_that_lags(house: House) -> None:
    now, connection = house.now(), house.connection
    for days, state in ((90, "ok"), (20, "look"), (-1, "wrong")):
        with transaction(connection):
            certificates.put(connection, "broker", now + days * DAY, now)
        assert [s for s, _ in said(doctor.on_certificates(connection, house.site, now))] == [state]
    assert said(doctor.on_history(house.settings, house.site, now))[0][0] == "ok"
    with transaction(connection):
        us = to_us(now - timedelta(hours=2))
        readings.append(connection, [(1, 1, 1, us, us, 0)])
    assert said(doctor.on_history(house.settings, house.site, now))[0][0] == "wrong"


def test_an_erasure_that_waits_for_somebody(house: House) -> None:
    now, connection, site = house.now(), house.connection, house.site
    with transaction(connection):
        asked = erasures.add(connection, site.site, "died", "adm", now - 8 * DAY, "{}")
    assert said(doctor.on_erasures(connection, site, now))[0][0] == "wrong"
    assert said(doctor.on_erasures(connection, site, now - 7 * DAY))[0][0] == "look"
    with transaction(connection):
        erasures.confirm(connection, asked.number, "lise", now - DAY)
    assert "is not finished" in said(doctor.on_erasures(connection, site, now))[0][1]


def test_messages_that_a_way_does_not_take_are_named_with_the_way_and_why(house: House) -> None:
    now, connection, site = house.now(), house.connection, house.site
    assert said(doctor_of_alerting.on_calls(connection, site)) == []
    alert = house.night_exit()
    event = house.rows("SELECT min(seq) AS id FROM alert_event WHERE alert = ?", alert.id)[0]["id"]
    with transaction(connection):
        for person, minutes, failure in (
            ("kari", 9, "refused"),
            ("siri", 5, "nobody listens"),
            ("per", 1, None),
        ):
            to = (person, "email", f"{person}@example.org", True, "HØYT varsel: 1A", "")
            at = now - timedelta(minutes=minutes)
            summonses.add(
                connection,
                Summons(0, site.site, alert.id, event, *to, at, next_at=now, failure=failure),
            )
    [(state, what)] = said(doctor_of_alerting.on_calls(connection, site))
    assert state == "wrong"
    assert what.startswith("2 messages to people do not go out by email, since ")
    assert what.endswith(": nobody listens")


def test_a_proof_under_way_does_not_hide_what_came_of_the_one_before(house: House) -> None:
    now, connection, site = house.now(), house.connection, house.site
    unit = site.units[0].id
    assert ("look", f"the alerting of {unit} was never tried") in said(
        doctor_of_alerting.on_proofs(connection, site)
    )
    with transaction(connection):
        proofs.add(connection, Proof(0, site.site, unit, now - DAY, ended_at=now - DAY, result="held"))
        proofs.add(connection, Proof(0, site.site, unit, now))
    assert said(doctor_of_alerting.on_proofs(connection, site))[0][0] == "ok"


def test_a_proof_that_came_through_in_part_is_said_to_have_come_through_in_part_and_what_to_do(
    house: House,
) -> None:
    now, connection, site = house.now(), house.connection, house.site
    ended = Proof(0, site.site, site.units[0].id, now, ended_at=now, result="in_part", reason="later_stage")
    with transaction(connection):
        proofs.add(connection, ended)
    remark = next(iter(doctor_of_alerting.on_proofs(connection, site)))
    assert remark.state == "look"
    assert "got through in part" in remark.what
    assert remark.what.endswith("called later there is a stage in which nobody can be reached")
    assert "/contacts" in remark.cure


def test_links_that_go_by_whatever_address_a_browser_asked_for_are_said() -> None:
    (remark,) = on_web_address(Settings(web_address=None))
    assert remark.state == "look"
    assert "VAKA_WEB_ADDRESS" in remark.cure
    assert list(on_web_address(Settings(web_address="https://vaka.example.no"))) == []


def test_whose_address_is_refused_is_named_without_the_address(house: House) -> None:
    kari = Contact("kari", "email", "kari@example.org")
    with transaction(house.connection):
        contacts.put(house.connection, "solbakken", kari, house.now())
        assert said(doctor_of_alerting.on_addresses(house.connection, house.site)) == []
        contacts.note_answer(house.connection, "solbakken", kari, house.now())
    [(state, what)] = said(doctor_of_alerting.on_addresses(house.connection, house.site))
    assert state == "wrong"
    assert what.startswith("an address of kari's (email) is refused since ")
