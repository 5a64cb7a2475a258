"""The site is changed part by part: the rest of its document stays as it is, and nobody's change is lost."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.clock import WallClock
from hub.site.change import Changed, Conflict, change_site, put_in_force, try_edits
from hub.site.edits import (
    ChangeDevice,
    Edit,
    PlaceDevice,
    PutPart,
    PutResidentRule,
    PutRule,
    PutUnitRule,
    Refused,
    RemoveDevice,
    RemovePart,
    RemoveResidentRule,
    RemoveRule,
    RemoveUnitRule,
    ReplaceDevice,
    Would,
)
from hub.site.file import SiteFile, read_site
from hub.site.outcome import carry_out
from hub.site.plan import plan
from hub.store import placements, site_changes, sites
from hub.store.db import connect, transaction
from rules.wording.site_file import in_words

EXAMPLE = (Path(__file__).parents[2] / "sites" / "donski-small.yaml").read_text("utf-8")
SITE = "donski-small"
DEVICES = EXAMPLE[EXAMPLE.index("devices:") : EXAMPLE.index("\n# Who signs in")]
RULES_FIRST = EXAMPLE.replace(DEVICES, "") + DEVICES
DOOR = {"id": "1A ytterdør", "room": "1A", "role": "outer_door"}


def file_of(document: str) -> SiteFile:
    found = read_site(document, "site.yaml")
    assert isinstance(found, SiteFile), found
    return found


class House:
    def __init__(self, path: Path, document: str = EXAMPLE) -> None:
        self.path = path
        self.connection = connect(path)
        with transaction(self.connection):
            put_in_force(self.connection, file_of(document), WallClock().now(), "trond")

    @property
    def version(self) -> int:
        return sites.in_force(self.connection, None).id

    @property
    def document(self) -> str:
        return sites.in_force(self.connection, None).document

    def edit(self, *edits: Edit, by: str = "trond", seen: int | None = None) -> Changed | Refused | Conflict:
        return change_site(self.connection, SITE, edits, by, WallClock(), seen)

    def changed(self, *edits: Edit) -> list[str]:
        """The lines that went (-) and came (+)."""
        before = self.document.split("\n")
        done = self.edit(*edits)
        assert isinstance(done, Changed), done
        after = self.document.split("\n")
        while before and after and before[0] == after[0]:
            del before[0], after[0]
        while before and after and before[-1] == after[-1]:
            del before[-1], after[-1]
        return [f"-{line}" for line in before] + [f"+{line}" for line in after]

    def wrong(self, *edits: Edit) -> list[str]:
        before = self.document, self.version
        refused = self.edit(*edits)
        assert isinstance(refused, Refused), refused
        assert (self.document, self.version) == before
        return [str(problem) for problem in refused.problems]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path / "vaka.db")
    yield made
    made.connection.close()


# What stands in the document


def test_a_device_that_is_placed_becomes_one_line_below_the_others(house: House) -> None:
    assert house.changed(PlaceDevice("2E stue", "2E", "motion", address="0x00158d00aabbccdd")) == [
        '+  - {id: 2E stue, room: 2E, role: motion, address: "0x00158d00aabbccdd"}'
    ]


def test_a_device_that_is_changed_keeps_its_line_and_its_comment(house: House) -> None:
    assert house.changed(ChangeDevice("2E ytterdør", "gang-2", "outer_door", "zigbee-2")) == [
        f"{sign}  - {{id: 2E ytterdør, room: {room}, role: outer_door, gateway: zigbee-2}}"
        f"   # nobody lives here at the moment"
        for sign, room in (("-", "2E"), ("+", "gang-2"))
    ]


def test_a_device_that_is_replaced_keeps_all_but_its_address(house: House) -> None:
    assert house.changed(ReplaceDevice("1B knapp", "0x00158d00ffffffff")) == [
        '-  - {id: 1B knapp, room: 1B, role: help_button, address: "0x00158d0004a1b2c3"}',
        '+  - {id: 1B knapp, room: 1B, role: help_button, address: "0x00158d00ffffffff"}',
    ]


def test_a_device_that_is_removed_takes_its_line_with_it(house: House) -> None:
    assert house.changed(RemoveDevice("1F knapp")) == ["-  - {id: 1F knapp, room: 1F, role: help_button}"]


def test_a_rules_value_is_changed_where_it_stands_beside_its_comment(house: House) -> None:
    assert house.changed(PutRule({"rule": "quiet", "after": "8 h", "prewarning": "20 min"})) == [
        "-    after: 10 h                # a value of one's own for the whole site; the catalogue says 12 h",
        "+    after: 8 h                # a value of one's own for the whole site; the catalogue says 12 h",
        "+    prewarning: 20 min",
    ]


def test_a_rule_is_put_to_use_and_taken_out_of_use(house: House) -> None:
    rule = {"rule": "out-of-bed", "units": ["bjorka"], "lasts": "20 min", "opt_in": True, "window": None}
    assert house.changed(PutRule(rule)) == [
        "+  - {rule: out-of-bed, units: [bjorka], lasts: 20 min, opt_in: true}"
    ]
    assert house.changed(RemoveRule("main-entrance-open")) == [
        "-  - rule: door-open",
        "-    id: main-entrance-open",
        "-    rooms: [gang-2]",
        "-    lasts: 1 min",
        "-    severity: high",
    ]


def test_a_residents_own_values_are_changed_and_taken_away(house: House) -> None:
    assert house.changed(PutResidentRule("b104", "not-back", {"by_day": "40 min", "by_night": "10 min"})) == [
        "-      not-back: {by_day: 30 min}",
        "+      not-back: {by_day: 40 min, by_night: 10 min}",
    ]
    assert house.changed(RemoveResidentRule("b104", "not-back")) == [
        "-      not-back: {by_day: 40 min, by_night: 10 min}"
    ]
    assert house.changed(PutResidentRule("b103", "not-up", {"by": "11:00"})) == [
        "-  - {id: b103, name: Gunvor Tveitane, room: 1C}",
        '+  - {id: b103, name: Gunvor Tveitane, room: 1C, rules: {not-up: {by: "11:00"}}}',
    ]


def test_a_units_own_values_are_put_and_taken_away(house: House) -> None:
    assert house.changed(PutUnitRule("bjorka", "night-exit", {"window": "21:00-07:00"})) == [
        "-  - {id: bjorka, name: Bjørka}",
        "+  - {id: bjorka, name: Bjørka, rules: {night-exit: {window: 21:00-07:00}}}",
    ]
    assert house.changed(RemoveUnitRule("bjorka", "night-exit")) == [
        "-  - {id: bjorka, name: Bjørka, rules: {night-exit: {window: 21:00-07:00}}}",
        "+  - {id: bjorka, name: Bjørka}",
    ]


def test_a_devices_own_resident_stays_until_it_comes_into_another_room(house: House) -> None:
    house.edit(PlaceDevice("1E seng", "1E", "bed", resident="b105"))
    assert house.changed(ChangeDevice("1E seng", "1E", "bed", "native")) == [
        "-  - {id: 1E seng, room: 1E, role: bed, resident: b105}",
        "+  - {id: 1E seng, room: 1E, role: bed, resident: b105, gateway: native}",
    ]
    assert house.changed(ChangeDevice("1E seng", "1A", "bed", "native")) == [
        "-  - {id: 1E seng, room: 1E, role: bed, resident: b105, gateway: native}",
        "+  - {id: 1E seng, room: 1A, role: bed, gateway: native}",
    ]


def test_several_edits_are_one_version(house: House) -> None:
    before = house.version
    done = house.edit(
        RemoveDevice("1F knapp"), PlaceDevice("1F snor", "1F", "help_button", address="1F knapp")
    )
    assert isinstance(done, Changed)
    assert done.version == before + 1
    assert [change.id for change in done.changes] == ["1F knapp", "1F snor"]


def test_a_file_with_windows_line_breaks_and_no_last_line_break_keeps_them(tmp_path: Path) -> None:
    document = "\ufeff" + (RULES_FIRST.rstrip("\n")).replace("\n", "\r\n")
    house = House(tmp_path / "vaka.db", document)
    assert isinstance(house.edit(PlaceDevice("2E stue", "2E", "motion")), Changed)
    assert house.document == document + "\r\n  - {id: 2E stue, room: 2E, role: motion}\r\n"
    house.connection.close()


@pytest.mark.parametrize(
    "devices", ["", "devices:\n", "devices: []   # none yet\n", "devices: [{id: a, room: 1, role: bed}]\n"]
)
def test_a_list_that_is_not_there_or_in_brackets_gets_lines(tmp_path: Path, devices: str) -> None:
    head = "site: donski-small\nname: D\nunits: [{id: u, name: U}]   # one\nrooms:\n- {id: 1, unit: u}\n"
    house = House(tmp_path / "vaka.db", head + devices)
    assert isinstance(house.edit(PlaceDevice("b", "1", "motion")), Changed)
    assert house.document.startswith(head)
    assert house.document.endswith("  - {id: b, room: 1, role: motion}\n")
    assert ("# none yet" in devices) == ("devices:   # none yet\n" in house.document)
    house.connection.close()


def test_a_list_in_brackets_with_comments_between_is_left_to_people(tmp_path: Path) -> None:
    document = "site: donski-small\nname: D\nunits: [{id: u, name: U}]\n"
    document += "rooms: [{id: 1, unit: u},  # one\n  {id: 2, unit: u}]\n"
    house = House(tmp_path / "vaka.db", document)
    (said,) = house.wrong(PutPart("rooms", {"id": "3", "unit": "u"}))
    assert said.startswith("rooms: is written in brackets with comments in between; expected one line")
    house.connection.close()


# What is refused


def test_all_that_is_wrong_is_said_at_once_and_nothing_is_changed(house: House) -> None:
    said = house.wrong(
        PlaceDevice("ny", "3C", "outerdoor"),
        RemoveDevice("1B stuen"),
    )
    assert said == ["devices 1B stuen: there is no device '1B stuen'; " + said[0].partition("; ")[2]]
    assert said[0].partition("; ")[2].startswith("expected 1B stue (perhaps), or one of")
    said = house.wrong(PlaceDevice("ny", "3C", "outerdoor"), PutRule({"rule": "quiet", "after": "soon"}))
    assert [one.partition(";")[0] for one in said] == [
        "devices ny: role is 'outerdoor'",
        "devices ny: there is no room '3C'",
        "rules quiet: after: 'soon' is not a length of time",
    ]


def test_an_address_that_another_device_has_is_refused_by_its_name(house: House) -> None:
    said = house.wrong(PlaceDevice("ny", "1A", "motion", address="0x00158d0004a1b2c3"))
    wrong = "'0x00158d0004a1b2c3' at gateway 'zigbee-1' is already '1B knapp'"
    assert said == [f"devices ny: {wrong}; expected an address that no other device has"]
    at, id = "«0x00158d0004a1b2c3» hos «zigbee-1»", "«1B knapp»"
    assert in_words(wrong, "nb") == (f"{at} er allerede {id}", "nb")
    assert in_words(wrong, "nn") == (f"{at} er alt {id}", "nn")
    assert in_words(f"{wrong} on line 9", "nb").text == f"{at} er allerede {id}", "as in a file"


def test_a_name_that_another_part_has_is_said_in_norwegian_without_its_line() -> None:
    said = [in_words("'1A dør' is already", language) for language in ("nb", "nn")]
    assert said == [("«1A dør» finnes allerede", "nb"), ("«1A dør» finst alt", "nn")]


def test_a_room_with_devices_in_it_is_not_removed(house: House) -> None:
    assert {one.partition(":")[0] for one in house.wrong(RemovePart("rooms", "2E"))} == {
        "devices 2E ytterdør"
    }


def test_only_the_warnings_that_an_edit_brings_are_told(house: House) -> None:
    done = house.edit(RemoveDevice("1C fall"))
    assert isinstance(done, Changed)
    assert done.warnings == ()
    done = house.edit(RemoveRule("smoke"))
    assert isinstance(done, Changed)
    assert [str(warning) for warning in done.warnings] == [
        f"devices {id}: nobody is told when '{id}' (smoke_detector) has something to say;"
        " expected a rule that listens to it, e.g. smoke"
        for id in ("1A røyk", "stue-1 røyk")
    ]


# Two at once


def test_who_comes_second_with_the_same_device_is_told_by_whom_and_what(house: House) -> None:
    seen = house.version
    assert isinstance(house.edit(ChangeDevice("1A ytterdør", "1A", "door"), by="trond", seen=seen), Changed)
    after_first = house.document
    second = house.edit(ChangeDevice("1A ytterdør", "1B", "outer_door"), by="amina", seen=seen)
    assert isinstance(second, Conflict)
    (other,) = second.others
    assert (other.section, other.id, other.by, other.version) == ("devices", "1A ytterdør", "trond", seen + 1)
    assert (other.before, other.after) == (DOOR, {**DOOR, "role": "door"})
    assert house.document == after_first


def test_different_devices_of_one_form_both_go_through(house: House) -> None:
    seen = house.version
    assert isinstance(house.edit(ReplaceDevice("1A ytterdør", "0x1"), seen=seen), Changed)
    assert isinstance(house.edit(ReplaceDevice("1B ytterdør", "0x2"), by="amina", seen=seen), Changed)
    devices = {d.id: d.address for d in file_of(house.document).site.devices}
    assert (devices["1A ytterdør"], devices["1B ytterdør"]) == ("0x1", "0x2")


def test_an_address_that_somebody_just_gave_to_another_device_is_a_conflict(house: House) -> None:
    seen = house.version
    assert isinstance(house.edit(PlaceDevice("2E stue", "2E", "motion", address="0x1"), seen=seen), Changed)
    second = house.edit(PlaceDevice("1D bad", "1D", "bathroom_motion", address="0x1"), by="amina", seen=seen)
    assert isinstance(second, Conflict)
    assert [(o.id, o.by) for o in second.others] == [("2E stue", "trond")]


def test_the_same_edit_twice_is_in_force_once(house: House) -> None:
    seen = house.version
    edit = PlaceDevice("2E stue", "2E", "motion")
    first, second = house.edit(edit, seen=seen), house.edit(edit, seen=seen)
    assert isinstance(first, Changed)
    assert isinstance(second, Changed)
    assert (second.version, second.changes) == (first.version, ())


def test_what_was_changed_and_changed_back_is_nobodys_conflict(house: House) -> None:
    seen = house.version
    house.edit(ChangeDevice("1A ytterdør", "1A", "door"))
    house.edit(ChangeDevice("1A ytterdør", "1A", "outer_door"))
    assert isinstance(house.edit(ReplaceDevice("1A ytterdør", "0x1"), by="amina", seen=seen), Changed)


def test_an_imported_file_is_an_edit_that_others_are_told_of(house: House) -> None:
    seen = house.version
    with transaction(house.connection):
        file = file_of(
            EXAMPLE.replace(
                "{id: 1A ytterdør, room: 1A, role: outer_door}", "{id: 1A ytterdør, room: 1A, role: door}"
            )
        )
        put_in_force(house.connection, file, WallClock().now(), "berit", "site imported")
    second = house.edit(RemoveDevice("1A ytterdør"), seen=seen)
    assert isinstance(second, Conflict)
    assert second.others[0].by == "berit"


def test_many_at_once_on_one_device_are_one_winner_and_on_their_own_all_winners(house: House) -> None:
    seen = house.version
    outcomes: list[tuple[str, object]] = []

    def technician(name: str, edit: Edit) -> None:
        connection = connect(house.path)
        outcomes.append((name, change_site(connection, SITE, [edit], name, WallClock(), seen)))
        connection.close()

    for edits in (
        [ReplaceDevice("1A ytterdør", f"0x{n}") for n in range(4)],
        [ReplaceDevice(id, "0xa" + id) for id in ("1B stue", "1C stue", "1D stue", "1E stue")],
    ):
        threads = [Thread(target=technician, args=(f"t{n}", edit)) for n, edit in enumerate(edits)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    same, different = outcomes[:4], outcomes[4:]
    assert sorted(type(outcome).__name__ for _, outcome in same) == ["Changed", *["Conflict"] * 3]
    winner = next(name for name, outcome in same if isinstance(outcome, Changed))
    assert {o.others[0].by for _, o in same if isinstance(o, Conflict)} == {winner}
    assert all(isinstance(outcome, Changed) for _, outcome in different)
    devices = {d.id: d.address for d in file_of(house.document).site.devices}
    assert devices["1A ytterdør"] == f"0x{winner[1:]}"
    assert all(devices[id] == "0xa" + id for id in ("1B stue", "1C stue", "1D stue", "1E stue"))


def test_two_people_may_change_different_rules_of_one_resident_and_not_the_same(house: House) -> None:
    seen = house.version
    assert isinstance(
        house.edit(PutResidentRule("b104", "not-back", {"by_day": "40 min"}), seen=seen), Changed
    )
    other = PutResidentRule("b104", "night-exit", {"window": "21:00-08:00"})
    assert isinstance(house.edit(other, by="berit", seen=seen), Changed)
    rules = file_of(house.document).site.residents[3].rules
    assert rules == {"night-exit": {"window": "21:00-08:00"}, "not-back": {"by_day": "40 min"}}
    same = PutResidentRule("b104", "not-back", {"by_day": "50 min"})
    assert isinstance(house.edit(same, by="berit", seen=seen), Conflict)
    assert isinstance(house.edit(RemovePart("residents", "b104"), by="berit", seen=seen), Conflict)


# The record


def test_every_edit_is_on_record_with_by_whom_and_before_and_after(house: House) -> None:
    house.edit(ReplaceDevice("1A ytterdør", "0x1"), by="amina")
    house.edit(RemoveDevice("1A ytterdør"), by="berit")
    after = {**DOOR, "address": "0x1"}
    changes = site_changes.of_part(house.connection, SITE, "devices", "1A ytterdør")
    assert [(c.by, c.before, c.after) for c in changes] == [("amina", DOOR, after), ("berit", after, None)]
    rows = house.connection.execute("SELECT by, what, detail FROM audit ORDER BY seq").fetchall()
    assert [tuple(row) for row in rows[1:]] == [
        ("amina", "site changed", '{"version":2,"parts":["devices 1A ytterdør"]}'),
        ("berit", "site changed", '{"version":3,"parts":["devices 1A ytterdør"]}'),
    ]


def test_a_preview_says_what_would_come_of_it_and_changes_nothing(house: House) -> None:
    before = house.document
    would = try_edits(house.connection, SITE, [RemoveDevice("1A ytterdør")])
    assert isinstance(would, Would)
    assert [(c.id, c.before, c.after) for c in would.changes] == [("1A ytterdør", DOOR, None)]
    assert house.document == before


# Any edits


ROOMS = ("1A", "1B", "2E")
NAMES = ("1A stue", "1B stue", "ny: en", "ny #2", "1A bad")
ADDRESSES = (None, "0x1", "0x2", "1A stue")
ROLES = ("motion", "door")
EDITS = st.one_of(
    st.builds(
        PlaceDevice,
        st.sampled_from(NAMES),
        st.sampled_from(ROOMS),
        st.sampled_from(ROLES),
        st.sampled_from([None, "native"]),
        st.sampled_from(ADDRESSES),
    ),
    st.builds(
        ChangeDevice,
        st.sampled_from(NAMES),
        st.sampled_from(ROOMS),
        st.sampled_from(ROLES),
        st.sampled_from([None, "native"]),
        st.sampled_from(ADDRESSES),
    ),
    st.builds(ReplaceDevice, st.sampled_from(NAMES), st.sampled_from(["0x1", "0x3", "1A stue"])),
    st.builds(RemoveDevice, st.sampled_from(NAMES)),
)
Rows = dict[str, dict[str, str]]


def by_the_book(rows: Rows, edit: Edit) -> Rows | None:
    """What an edit makes of plain rows; None: it cannot be."""
    after = {id: dict(row) for id, row in rows.items()}
    match edit:
        case RemoveDevice():
            if edit.id not in rows:
                return None
            del after[edit.id]
        case ReplaceDevice():
            if edit.id not in rows or rows[edit.id].get("address", edit.id) == edit.address:
                return None
            after[edit.id]["address"] = edit.address
        case PlaceDevice() | ChangeDevice():
            fields = {key: getattr(edit, key) for key in ("id", "room", "role", "gateway", "address")}
            row = {key: value for key, value in fields.items() if value is not None}
            if (edit.id in rows) == isinstance(edit, PlaceDevice) and rows.get(edit.id) != row:
                return None
            after[edit.id] = row
        case _:
            raise AssertionError(edit)
    spoken = [(row.get("gateway", "zigbee-1"), row.get("address", id)) for id, row in after.items()]
    return after if len(set(spoken)) == len(spoken) else None


@settings(max_examples=30, deadline=None)
@given(st.lists(EDITS, max_size=8))
def test_any_edits_leave_what_the_same_edits_leave_of_plain_rows(edits: list[Edit]) -> None:
    file = file_of(EXAMPLE)
    rows: Rows = {row["id"]: row for row in file.content["devices"]}
    for edit in edits:
        expected = by_the_book(rows, edit)
        outcome = carry_out(file, plan(file, [edit]))
        assert isinstance(outcome, Would) == (expected is not None), (edit, outcome)
        if expected is not None:
            assert isinstance(outcome, Would)
            file, rows = outcome.file, expected
        assert {row["id"]: row for row in file.content["devices"]} == rows
    devices = EXAMPLE.index("devices:"), EXAMPLE.index("# Who signs in")
    assert file.document.startswith(EXAMPLE[: devices[0]])
    assert file.document.endswith(EXAMPLE[devices[1] :])
    untouched = [line for line in DEVICES.split("\n") if not any(f"{{id: {name}," in line for name in NAMES)]
    assert [line for line in file.document.split("\n") if line in untouched and "{id: " in line] == [
        line for line in untouched if "{id: " in line
    ]


# Whoever is killed


KILLED = """
import sys
from pathlib import Path
from hub.clock import WallClock
from hub.site.change import change_site
from hub.site.edits import ReplaceDevice
from hub.store.db import connect

connection = connect(Path(sys.argv[1]))
for number in range(10_000):
    change_site(connection, "donski-small", [ReplaceDevice("1A stue", f"0x{number}")], "trond", WallClock())
    print(number, flush=True)
"""


def test_a_process_killed_in_the_middle_leaves_the_old_or_the_new_and_never_half(house: House) -> None:
    writer = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(house.path)], stdout=subprocess.PIPE, text=True
    )
    assert writer.stdout is not None
    said = [writer.stdout.readline() for _ in range(5)]
    writer.kill()
    said += writer.stdout.readlines()
    writer.wait()
    writer.stdout.close()
    told = int([line for line in said if line.endswith("\n")][-1])
    devices = {d.id: d.address for d in file_of(house.document).site.devices}
    in_force = devices["1A stue"]
    assert in_force in (f"0x{told}", f"0x{told + 1}")
    changes = site_changes.of_part(house.connection, SITE, "devices", "1A stue")
    assert len(changes) == house.version - 1 == int(str(in_force).removeprefix("0x")) + 1
    last = placements.of(house.connection, SITE, "1A stue")[-1]
    assert (last.address, last.until) == (in_force, None)
    assert house.connection.execute("SELECT count(*) FROM audit").fetchone()[0] == house.version
