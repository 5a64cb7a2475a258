"""A roster from a spreadsheet, with everything that people get wrong."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from hub.roster import Problem, read_roster
from hub.roster_import import take_over
from hub.store import shifts
from hub.store.db import connect
from rules.building import Person, Site
from rules.duty import Shift
from rules.wording import Voice
from rules.wording.roster import roster_problem
from tests.world import read

DOCUMENT = """
site: test
name: Test
units: [{id: sol, name: Solsida}, {id: nord, name: Nordsida}]
rooms: [{id: 3B, unit: sol}]
residents: [{id: r-anna, name: Anna, room: 3B}]
people: [{id: kari, name: Kari, role: carer}, {id: per, name: Per, role: carer}]
"""
SITE: Site = read(DOCUMENT)
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
GOOD = "person;function;units;residents;from;to\r\nkari;;sol;r-anna;2026-11-24 22:00;2026-11-25 07:30\r\n"


def wrong(text: str) -> list[str]:
    found = read_roster(text.encode(), "vakter.csv", SITE)
    return [str(problem) for problem in found if isinstance(problem, Problem)]


def test_a_night_shift_is_local_time() -> None:
    began, ended = datetime(2026, 11, 24, 21, tzinfo=UTC), datetime(2026, 11, 25, 6, 30, tzinfo=UTC)
    expected = Shift(0, "kari", ("sol",), "carer", began, ended, ("r-anna",))
    assert read_roster(b"\xef\xbb\xbf" + GOOD.encode(), "vakter.csv", SITE) == {2: expected}


def test_days_may_stand_as_a_norwegian_spreadsheet_writes_them() -> None:
    here = GOOD.replace("2026-11-24 22:00", "24.11.2026 22:00").replace("2026-11-25 07:30", "25.11.2026 7.30")
    assert read_roster(here.encode(), "vakter.csv", SITE) == read_roster(GOOD.encode(), "vakter.csv", SITE)
    assert "expected a day and a time" in wrong(GOOD.replace("2026-11-24", "31.11.2026"))[0]


def test_columns_may_stand_in_any_order_with_commas_and_empty_lines() -> None:
    text = "to,from,person\n2026-11-24 15:00,2026-11-24T07:00,per\n\n,,\n"
    found = read_roster(text.encode(), "vakter.csv", SITE)
    assert isinstance(found, dict)
    (shift,) = found.values()
    assert (shift.person, shift.units, shift.function) == ("per", (), "carer")


@pytest.mark.parametrize(
    "columns",
    ["ansatt;funksjon;avdelinger;beboere;fra;til", "Tilsett;Funksjon;Avdelingar;Bebuarar;Frå;Til",
     "person;function;avdelinger;residents;fra;to"],
)  # fmt: skip
def test_columns_may_be_called_in_norwegian(columns: str) -> None:
    text = "\r\n".join([columns, *GOOD.split("\r\n")[1:]])
    assert read_roster(text.encode(), "vakter.csv", SITE) == read_roster(GOOD.encode(), "vakter.csv", SITE)


@pytest.mark.parametrize(
    ("columns", "named"),
    [
        ("person;from;fra;to", "from, fra"),
        ("ansatt;fra;til;person", "ansatt, person"),
        ("to;from;to;person", "to"),
    ],
)
def test_a_file_that_has_one_column_twice_is_refused(columns: str, named: str) -> None:
    text = f"{columns}\nkari;2026-11-24 22:00;2026-11-25 07:30;per\n"
    assert wrong(text) == [f"vakter.csv:1: the same column stands there twice ({named}); expected it once"]


def test_all_mistakes_are_said_at_once_by_line_with_what_was_expected() -> None:
    text = GOOD + "ola;cook;øst;r-ola;24.11.26;2026-11-25 07:30\nper;;;;2026-11-25 07:00;2026-11-24 22:00\n"
    assert wrong(text) == [
        "vakter.csv:3: there is no person 'ola'; expected Kari, Per",
        "vakter.csv:3: the function 'cook' is not known; expected carer, night_patrol or leader",
        "vakter.csv:3: there is no unit 'øst'; expected Solsida, Nordsida",
        "vakter.csv:3: there is no resident 'r-ola'; expected r-anna",
        "vakter.csv:3: from is 24.11.26; expected a day and a time, e.g. 2026-11-24 22:00",
        (
            "vakter.csv:4: 2026-11-25 07:00 – 2026-11-24 22:00:"
            " expected an end after the beginning, within 36 h"
        ),
    ]


def test_people_units_and_residents_may_be_called_by_name_and_residents_by_room() -> None:
    good = read_roster(GOOD.encode(), "vakter.csv", SITE)
    for resident in ("anna", "3b", "3B"):
        text = GOOD.replace("kari;;sol;r-anna", f"KARI;;SolSida;{resident}")
        assert read_roster(text.encode(), "vakter.csv", SITE) == good
    both = read_roster(GOOD.replace(";sol;", ";Solsida + nord;").encode(), "vakter.csv", SITE)
    assert isinstance(both, dict)
    assert [shift.units for shift in both.values()] == [("sol", "nord")]


def test_a_room_may_be_called_as_pages_call_it_and_a_comma_may_stand_between_two() -> None:
    named = read(DOCUMENT.replace("id: 3B,", "id: 3B, name: Leilighet 3B,"))
    good = read_roster(GOOD.encode(), "vakter.csv", SITE)
    for resident in ("leilighet 3B", "3B", "Anna", "r-anna,"):
        text = GOOD.replace("r-anna", resident)
        assert read_roster(text.encode(), "vakter.csv", named) == good
    for units in ("Solsida, Nordsida", "sol,nord", "sol , Nordsida"):
        both = read_roster(GOOD.replace(";sol;", f";{units};").encode(), "vakter.csv", named)
        assert isinstance(both, dict)
        assert [shift.units for shift in both.values()] == [("sol", "nord")]


def test_a_spreadsheet_and_a_file_without_shifts_are_named_as_what_they_are() -> None:
    book = read_roster(b"PK\x03\x04\x14\x00", "vakter.xlsx", SITE)
    assert book == [Problem("vakter.xlsx", 1, "spreadsheet")]
    assert said_in_bokmål(GOOD.partition("\n")[0] + "\n") == ["Det står ingen vakter i filen"]


def test_a_function_may_stand_in_norwegian() -> None:
    for said, meant in (
        ("pleier", "carer"),
        ("Nattpatrulje", "night_patrol"),
        ("nattpatrulja", "night_patrol"),
    ):
        found = read_roster(GOOD.replace("kari;;", f"kari;{said};").encode(), "vakter.csv", SITE)
        assert isinstance(found, dict)
        assert [shift.function for shift in found.values()] == [meant]


def said_in_bokmål(text: str) -> list[str]:
    found = read_roster(text.encode(), "vakter.csv", SITE)
    return [
        roster_problem(one.code, one.said, one.expected, "nb") for one in found if isinstance(one, Problem)
    ]


def test_what_is_wrong_is_said_so_that_a_leader_can_mend_it() -> None:
    columns = GOOD.partition("\n")[0] + "\n"
    assert said_in_bokmål(
        columns + "kari;kokk;;;2026-11-25 07:00;2026-11-24 22:00\n;;;;;\n;;;;;i morgen\n"
    ) == [
        "Funksjonen kokk er ukjent. Skriv pleier, nattpatrulje eller leder",
        "2026-11-25 07:00 – 2026-11-24 22:00: slutten må komme etter starten, høyst 36 timer senere",
        "Kolonnen person er tom. Velg blant Kari, Per",
        "Kolonnen from er tom. Skriv dag og tid, f.eks. 2026-11-24 22:00",
        "to er i morgen. Skriv dag og tid, f.eks. 2026-11-24 22:00",
    ]
    assert said_in_bokmål(columns + "kari;carer;sol\n") == [
        "Linjen har 3 kolonner, ikke 6. Ta med også de tomme"
    ]


def test_a_file_without_the_needed_columns_or_of_another_kind_is_refused_by_name() -> None:
    assert wrong("navn;fra;til\n") == [
        "vakter.csv:1: column person is missing; expected person, from, to, function, units, residents"
    ]
    assert len(wrong("")) == 1
    refused = Problem("x", 1, "not_utf8")
    assert read_roster("ø".encode("latin-1"), "x", SITE) == [refused]
    endless = '"' + "a" * 200_000
    for text in (endless, f"person;from;to\n{endless}"):
        assert [one.code for one in read_roster(text.encode(), "x", SITE) if isinstance(one, Problem)] == [
            "not_csv"
        ]


def test_the_same_file_twice_puts_each_shift_on_the_roster_once(tmp_path: Path) -> None:
    connection = connect(tmp_path / "vaka.db")
    first, again = (take_over(connection, SITE, GOOD.encode(), "vakter.csv", NOW, "lise") for _ in range(2))
    assert (len(first.added), len(again.added), again.same) == (1, 0, 1)
    on_duty = shifts.on_duty(connection, SITE, datetime(2026, 11, 25, 2, tzinfo=UTC))
    assert [shift.person for shift in on_duty] == ["kari"]
    connection.close()


def test_a_line_that_puts_somebody_on_two_shifts_at_once_is_refused_by_its_number(tmp_path: Path) -> None:
    connection = connect(tmp_path / "vaka.db")
    take_over(connection, SITE, GOOD.encode(), "vakter.csv", NOW, "lise")
    columns = GOOD.partition("\n")[0]
    unit_by_unit = (
        f"{columns}\n"
        "per;;sol;;2026-11-26 07:00;2026-11-26 15:00\n"
        "per;;nord;;2026-11-26 07:00;2026-11-26 15:00\n"
        "kari;;sol;;2026-11-25 07:30;2026-11-25 15:00\n"
        "kari;;sol;;2026-11-24 15:00;2026-11-24 22:30\n"
    )
    found = take_over(connection, SITE, unit_by_unit.encode(), "vakter.csv", NOW, "lise")
    voice = Voice("nb", SITE.zone, NOW)
    assert (found.added, [(one.where, one.code) for one in found.problems]) == (
        (),
        [("3", "two_shifts"), ("5", "two_shifts")],
    )
    assert found.problems[0].in_words(voice) == (
        "Per står på en annen vakt da: 26. november 2026 kl.\u00a007.00 – 26. november 2026 kl.\u00a015.00."
        " Én vakt kan gjelde flere avdelinger"
    )
    one_line = [columns, "per;;sol nord;;2026-11-26 07:00;2026-11-26 15:00"]
    assert len(take_over(connection, SITE, "\n".join(one_line).encode(), "v.csv", NOW, "lise").added) == 1
    connection.close()


def test_a_line_that_no_page_would_take_is_refused_by_its_number_too(tmp_path: Path) -> None:
    connection = connect(tmp_path / "vaka.db")
    tone = Person(id="tone", name="Tone", role="technician")
    nils = Person(id="nils", name="Nils", role="carer", units=("nord",))
    site = SITE.model_copy(update={"people": (*SITE.people, tone, nils)})
    text = (
        "person;function;units;residents;from;to\n"
        "tone;;sol;;2026-11-26 07:00;2026-11-26 15:00\n"
        "nils;;sol;;2026-11-26 07:00;2026-11-26 15:00\n"
        "per;;nord;r-anna;2026-11-26 07:00;2026-11-26 15:00\n"
    )
    found = take_over(connection, site, text.encode(), "vakter.csv", NOW, "lise")
    assert [(one.where, one.code) for one in found.problems] == [
        ("2", "no_function"),
        ("3", "not_their_unit"),
        ("4", "resident_elsewhere"),
    ]
    assert found.added == ()
    connection.close()
