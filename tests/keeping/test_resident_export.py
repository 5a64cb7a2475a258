"""All that is held on a resident, in files that they can open, and nobody else's name in any of them."""

import csv
import io
import json
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest

from hub.__main__ import main
from hub.history.upkeep import Retention, keep
from hub.resident_export import FILES, export
from hub.store.instants import to_us
from tests.keeping.test_erasing import NAME, PSEUDONYM, world
from tests.world import World

__all__ = ["world"]


def taken(world: World, resident: str = PSEUDONYM) -> dict[str, str]:
    out = io.BytesIO()
    whom = next(r for r in world.site.residents if r.id == resident)
    export(world.connection, world.folder / "vaka.db", world.site, whom, "nb", world.clock.now(), out)
    with zipfile.ZipFile(out) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name).decode("utf-8-sig") for name in archive.namelist()}


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_everything_of_hers_is_there_and_nobody_elses_name(world: World) -> None:
    with world.connection:
        world.connection.execute("UPDATE absence SET reason = 'with Olav Bakke and r-per'")
    files = taken(world)
    assert set(FILES) | {"absence.csv", "protection.csv", "LES-MEG.txt"} <= set(files)
    whole = "\n".join(files.values())
    for other in ("Olav Bakke", "Per Tangen", "r-olav", "r-per", "Kari Nordmann", "kari"):
        assert other not in whole, other
    assert json.loads(files["resident.json"])["name"] == NAME
    assert len(rows(files["alerts.csv"])) == sum(PSEUDONYM in a.residents for a in world.alerts())
    assert {row["by"] for row in rows(files["alert_steps.csv"])} == {"", "carer"}
    assert [row["page"] for row in rows(files["seen.csv"])] == [f"/x/{PSEUDONYM}"]
    assert rows(files["absence.csv"])[0]["reason"] == "with en annen and en annen"
    for name in files:
        if name != "LES-MEG.txt":
            assert f"{name}: " in files["LES-MEG.txt"], f"nobody says what {name} is"


def test_what_people_wrote_of_her_elsewhere_is_there_without_the_others_and_no_key(world: World) -> None:
    at = to_us(world.clock.now())
    with world.connection:
        world.connection.execute(
            "INSERT INTO emergency_access (site, person, unit, reason, began_at, ends_at, room) VALUES"
            " ('house', 'kari', ?, 'Solveig falt, ropte Bakke', ?, ?, '3B')",
            (world.site.rooms[0].unit, at, at + 1),
        )
        world.connection.execute(
            "INSERT INTO relative_message (site, relative, resident, kind, about, secret, created_at)"
            " SELECT 'house', id, ?, 'invitation', '1', 'https://vaka.example.org/s3cret', 0 FROM relative",
            (PSEUDONYM,),
        )
    files = taken(world)
    (taken_access,) = rows(files["emergencies.csv"])
    assert (taken_access["person"], taken_access["reason"]) == ("carer", "Solveig falt, ropte en annen")
    told = {(row["where"], row["words"]) for row in rows(files["mentions.csv"])}
    assert ("pause", "SOLVEIG visits her son") in told, "in another's room"
    assert ("emergency_access", "Solveig falt, ropte en annen") in told
    assert "secret" not in files["relative_message.csv"], "whoever has the file could sign in with it"
    assert [row["words"] for row in rows(taken(world, "r-olav")["mentions.csv"])] == [
        "en annen falt, ropte Bakke"
    ]


def test_readings_are_those_of_her_room_from_journal_and_history_alike(world: World) -> None:
    names = dict(tuple(row) for row in world.connection.execute("SELECT no, address FROM device"))
    hers = sorted(
        (r.at.isoformat(), names[r.device], r.measure, str(r.value))
        for r in world.readings()
        if names[r.device].startswith("3B")
    )
    assert hers

    def told() -> list[tuple[str, ...]]:
        found = rows(taken(world)["readings.csv"])
        return sorted((row["at"], row["device"], row["measure"], row["value"]) for row in found)

    assert told() == hers
    keep(world.folder / "vaka.db", world.clock.now() + timedelta(days=30), Retention(None, None))
    assert told() == hers, "what the journal gave up is missing"
    shared = taken(world, "r-olav")
    assert rows(shared["readings.csv"]) == [], "of a shared room it is another's too"
    assert "readings.csv: Tom: du har hele tiden delt rom med noen" in shared["LES-MEG.txt"]
    assert "readings.csv: Tom" not in taken(world)["LES-MEG.txt"]


def test_what_a_spreadsheet_would_take_for_a_formula_is_text(world: World) -> None:
    with world.connection:
        world.connection.execute("UPDATE absence SET reason = '=1+1'")
    assert rows(taken(world)["absence.csv"])[0]["reason"] == "'=1+1"


def test_the_command_writes_a_file_for_nobody_elses_eyes(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("VAKA_DATA", str(world.folder))
    file = tmp_path / "all.zip"
    assert main(["export", "--resident", PSEUDONYM, "--to", str(file), "--language", "en"]) == 0
    assert file.stat().st_mode & 0o777 == 0o600
    with zipfile.ZipFile(file) as archive:
        assert "README.txt" in archive.namelist()
    assert main(["export", "--resident", PSEUDONYM, "--to", str(file)]) == 1, "it was written over"
    assert main(["export", "--resident", "nobody", "--to", str(tmp_path / "x.zip")]) == 1
    assert main(["export", "--resident", PSEUDONYM]) == 1
    assert "expected --to FILE" in capsys.readouterr().err
