"""A list of devices goes out, through a spreadsheet and in again: as it was, or with each mistake by line."""

import csv
import time
import unicodedata
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.__main__ import main
from hub.clock import WallClock
from hub.site.bulk import ListRefused, change_devices, try_devices
from hub.site.change import Changed, Conflict, change_site
from hub.site.device_list import COLUMNS, edits_of, read_devices, write_devices
from hub.site.edits import ChangeDevice, ReplaceDevice, Would
from hub.site.file import SiteFile, read_site
from hub.store import sites
from hub.store.db import connect
from rules.wording.site_file import fault_in_words

EXAMPLE = Path(__file__).parents[2] / "sites" / "donski-small.yaml"
SITE = "donski-small"
TEXT = EXAMPLE.read_text("utf-8")
FILE = read_site(TEXT, "site")
assert isinstance(FILE, SiteFile)
STRANGE = [
    "=cmd|'/c calc'!A0",
    "+47 900",
    "-1",
    "@SUM(A1)",
    "'=1",
    "''",
    "00123456789012",
    "123456789012345",
    "1E5",
    "1-2",
    "07:00",
    "TRUE",
    'a"b',
    "a;b,c",
    "%x",
    "＝1+1",
    "＋47",
    "－1",
    "＠SUM(A1)",
    "\t=1+1",
]


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "data"
    monkeypatch.setenv("VAKA_DATA", str(folder))
    monkeypatch.delenv("VAKA_SITE", raising=False)
    assert main(["import", str(EXAMPLE), "--by", "trond"]) == 0
    return folder


def imported(tmp_path: Path, content: str | bytes, *words: str) -> int:
    file = tmp_path / "devices.csv"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return main(["import", "--devices", str(file), "--by", "amina", *words])


def exported(capfdbinary: pytest.CaptureFixture[bytes], form: str = "csv") -> bytes:
    capfdbinary.readouterr()
    assert main(["export", "--devices", form]) == 0
    return capfdbinary.readouterr().out


# Out and in again


@pytest.mark.parametrize("form", ["csv", "yaml"])
def test_what_went_out_comes_in_and_changes_nothing(form: str) -> None:
    file = read_site(TEXT, "site")
    assert isinstance(file, SiteFile)
    text = write_devices(file, "csv" if form == "csv" else "yaml")
    devices = read_devices(text.encode(), "list")
    assert (devices.problems, edits_of(file, devices, whole=True)) == ((), [])
    assert len(devices.rows) == len(file.site.devices)


NOT_IN_NAMES = ("Cs", "Cc", "Zs", "Zl", "Zp", "Cf", "Cn")
IDS = st.text(
    st.characters(min_codepoint=33, max_codepoint=0x2FFF, exclude_categories=NOT_IN_NAMES),
    min_size=1,
    max_size=12,
)


@settings(deadline=None)
@given(st.lists(IDS | st.sampled_from(STRANGE), min_size=1, max_size=6, unique=True))
def test_any_name_and_address_survives_the_way_through_a_list(names: list[str]) -> None:
    content = {"devices": [{"id": n, "room": n, "role": "door", "address": n} for n in names]}
    file = SiteFile(None, "", (), content)  # type: ignore[arg-type]
    for form in ("csv", "yaml"):
        text = write_devices(file, form)  # type: ignore[arg-type]
        devices = read_devices(text.encode(), "list")
        assert [row.values["id"] for row in devices.rows] == names
        assert [row.values["address"] for row in devices.rows] == names
        assert edits_of(file, devices, whole=True) == []


@pytest.mark.parametrize("said", ["gateway: zigbee, address: 1A stue", "address: 1A stue", "gateway: zigbee"])
@pytest.mark.parametrize("listed", ["zigbee;1A stue", "zigbee;", ";1A stue", ";"])
def test_a_device_that_is_heard_as_before_is_no_other_one_however_the_list_says_it(
    said: str, listed: str
) -> None:
    content = {
        "gateways": [{"id": "zigbee"}],
        "devices": [{"id": "1A stue", "room": "1A", "role": "motion", **_pairs(said)}],
    }
    file = SiteFile(None, "", (), content)  # type: ignore[arg-type]
    head = "id;room;role;gateway;address\n"
    same = read_devices(f"{head}1A stue;1A;motion;{listed}\n".encode(), "list")
    assert edits_of(file, same, whole=True) == []
    moved = read_devices(f"{head}1A stue;1B;motion;{listed}\n".encode(), "list")
    (edit,) = edits_of(file, moved, whole=True)
    assert isinstance(edit, ChangeDevice)
    assert {"gateway": edit.gateway, "address": edit.address} == {"gateway": None, "address": None} | _pairs(
        said
    )


def _pairs(said: str) -> dict[str, str]:
    return dict(pair.split(": ") for pair in said.split(", "))


def test_the_sign_that_people_put_before_a_value_is_no_part_of_it() -> None:
    (row,) = read_devices(b"id;room;role;address\n'7;1A;door;'0x00158d0001a2b3e9\n", "list").rows
    assert (row.values["id"], row.values["address"]) == ("7", "0x00158d0001a2b3e9")


def test_nothing_in_a_list_is_a_formula_to_a_spreadsheet_or_a_number_that_it_would_round() -> None:
    content = {"devices": [{"id": name, "room": "1", "role": "door"} for name in STRANGE]}
    text = write_devices(SiteFile(None, "", (), content), "csv")  # type: ignore[arg-type]
    rows = list(csv.reader(StringIO(text.removeprefix("\ufeff")), delimiter=";"))
    for cell, name in zip((row[0] for row in rows[1:]), STRANGE, strict=True):
        assert cell in (name, f"'{name}")
        assert not unicodedata.normalize("NFKC", cell).strip().startswith(("=", "+", "-", "@", "%"))
        assert not cell.replace(".", "").isdigit()


def as_excel_saves(text: str, way: str) -> bytes:
    """The same table, as spreadsheets save it."""
    rows = list(csv.reader(StringIO(text.removeprefix("\ufeff")), delimiter=";"))
    out = StringIO()
    csv.writer(out, delimiter={"comma": ",", "tabs": "\t"}.get(way, ";"), lineterminator="\r\n").writerows(
        [*rows, [""] * len(COLUMNS)]
    )
    if way == "tabs":
        return out.getvalue().encode("utf-16")
    if way == "windows":
        return out.getvalue().encode("cp1252")
    if way == "sep line":
        return ("\ufeffsep=;\r\n" + out.getvalue()).encode()
    if way == "old mac":
        return out.getvalue().replace("\r\n", "\n").encode()
    return ("\ufeff" + out.getvalue()).encode()


@pytest.mark.parametrize("way", ["semicolon", "comma", "tabs", "windows", "sep line", "old mac"])
def test_a_list_is_read_in_the_way_a_spreadsheet_saved_it(way: str) -> None:
    file = read_site(TEXT, "site")
    assert isinstance(file, SiteFile)
    devices = read_devices(as_excel_saves(write_devices(file, "csv"), way), "list")
    assert (devices.problems, edits_of(file, devices, whole=True)) == ((), [])


# What it changes


def test_a_list_says_what_would_change_and_then_changes_it_whole(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    text = exported(capfdbinary).decode("utf-8-sig")
    text = text.replace("1A stue;1A;", "1A stue;1B;").replace("1F knapp;1F;help_button;;", "")
    text = text.replace("1C stue;1C;motion;;", "1C stue;1C;motion;;0x77")
    text += "2E stue;2E;motion;zigbee-2;'0012\r\n"
    capfdbinary.readouterr()
    assert imported(tmp_path, text, "--dry-run", "--remove-others") == 0
    preview = capfdbinary.readouterr().out.decode().splitlines()
    assert preview == [
        "  moved    1A stue: 1A, motion -> 1B, motion",
        "  replaced 1C stue: 1C, motion -> 1C, motion, 0x77",
        "  removed  1F knapp: 1F, help_button -> nothing",
        "  added    2E stue: nothing -> 2E, motion, zigbee-2, 0012",
        "nothing was changed",
    ]
    assert imported(tmp_path, text, "--remove-others") == 0
    done = capfdbinary.readouterr().out.decode().splitlines()
    assert done == [
        "donski-small: version 2 is in force",
        *preview[:-1],
        "1 moved, 1 replaced, 1 removed, 1 added",
    ]
    assert imported(tmp_path, text, "--remove-others") == 0
    assert capfdbinary.readouterr().out.decode().splitlines()[-1] == "nothing was changed"


@pytest.mark.parametrize("moved", [False, True])
def test_a_device_that_only_gets_another_name_is_told_as_that_and_not_as_gone_and_come(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes], moved: bool
) -> None:
    text = exported(capfdbinary).decode("utf-8-sig")
    row = "1F snor;1E;help_button;;1F knapp" if moved else "1F snor;1F;help_button;;1F knapp"
    text = text.replace("1F knapp;1F;help_button;;", row)
    capfdbinary.readouterr()
    assert imported(tmp_path, text, "--dry-run", "--remove-others") == 0
    preview = capfdbinary.readouterr().out.decode().splitlines()
    said = ": 1F, help_button -> 1E, help_button, 1F knapp" if moved else ""
    what = "renamed, moved" if moved else "renamed "
    assert preview[-2:] == [f"  {what} 1F knapp is called 1F snor now{said}", "nothing was changed"]
    assert imported(tmp_path, text, "--remove-others") == 0
    counted = "1 renamed, 1 moved" if moved else "1 renamed"
    assert capfdbinary.readouterr().out.decode().splitlines()[-1] == counted


def test_what_a_list_does_not_name_stays_and_a_column_it_does_not_have_too(
    tmp_path: Path, data: Path
) -> None:
    assert imported(tmp_path, "room,role,id\n1A,door,1B knapp\n") == 0
    connection = connect(data / "vaka.db")
    file = read_site(sites.in_force(connection, None).document, "site")
    connection.close()
    assert isinstance(file, SiteFile)
    assert len(file.site.devices) == 42
    moved = next(device for device in file.site.devices if device.id == "1B knapp")
    assert (moved.room, moved.role, moved.address) == ("1A", "door", "0x00158d0004a1b2c3")


def test_two_devices_may_change_places(tmp_path: Path) -> None:
    rows = ["id;room;role;gateway;address", "1A stue;1A;motion;;1B stue", "1B stue;1B;motion;;1A stue"]
    assert imported(tmp_path, "\n".join(rows)) == 0


def test_yaml_is_taken_as_a_list_of_its_own_or_below_devices(tmp_path: Path) -> None:
    assert imported(tmp_path, "- {id: 2E stue, room: 2E, role: motion}\n") == 0
    assert imported(tmp_path, "devices:\n  - id: 2E stue\n    room: 2E\n    role: door\n") == 0


# What is wrong


@pytest.mark.parametrize(
    ("list_", "said"),
    [
        ("", ["1: the list is empty; expected a first line id;room;role;gateway;address"]),
        (
            "id;romm;role\nx;1A;door\n",
            [
                "1: 'romm' is no column of devices; expected room (perhaps), or one of id, room, role",
                "1: there is no column 'room'; expected a first line id;room;role;gateway;address",
            ],
        ),
        (
            "id;room;role;gateway;address\nx;9Z;door;;1,23E+15\n;1A;door;;\nx;1A;door;;\ny;1A;door;;a;b\n",
            [
                "2: address is 1,23E+15: a number that the spreadsheet has rounded; expected the address",
                "2: there is no room '9Z'; expected one of ",
                "3: a device without id; expected the name it has in Vaka",
                "4: 'x' is already on line 2; expected each device on one line",
                "5: 6 cells where the first line has 5; expected quotes ",
            ],
        ),
        (
            "id,room,role,address\nx,1A,motion,0x00158d0004a1b2c3\n",
            ["2: '0x00158d0004a1b2c3' at gateway 'zigbee-1' is already '1B knapp'; expected an address"],
        ),
        (
            "devices:\n  - {id: x, room: 1A, rolle: door}\n",
            ["2: 'rolle' is not a key of devices; expected role"],
        ),
        (
            "- x\n- {id: [a]}\n",
            [
                "1: a device is 'x'; expected keys with values: id, room, role",
                "2: id is a list; expected a text",
            ],
        ),
        ("- {id: x", ["1: character 3: a bracket that is never closed"]),
        ('id,room,role\n"x,1A,door\n', ["2: role is ''; expected one of", "2: room is ''; expected a text"]),
    ],
)
def test_every_mistake_is_said_by_line_and_nothing_is_changed(
    tmp_path: Path, data: Path, capsys: pytest.CaptureFixture[str], list_: str, said: list[str]
) -> None:
    capsys.readouterr()
    assert imported(tmp_path, list_) == 1
    lines = capsys.readouterr().out.splitlines()
    name = tmp_path / "devices.csv"
    for line, start in zip(lines, said, strict=False):
        assert line.startswith(f"{name}:{start}")
    assert lines[-1] == "nothing was changed"
    connection = connect(data / "vaka.db")
    assert sites.in_force(connection, None).document == TEXT
    connection.close()


def test_a_list_never_undoes_what_somebody_changed_since_it_was_made(data: Path) -> None:
    connection = connect(data / "vaka.db")
    seen = sites.in_force(connection, None).id
    change_site(connection, SITE, [ReplaceDevice("1A stue", "0x1")], "trond", WallClock())
    old = b"id;room;role;gateway;address\n1A stue;1A;motion;;\n"
    done = change_devices(connection, SITE, old, "list", False, "amina", WallClock(), seen)
    assert isinstance(done, Conflict)
    assert [(other.id, other.by) for other in done.others] == [("1A stue", "trond")]
    assert isinstance(try_devices(connection, SITE, old, "list", False, seen), Conflict)
    connection.close()


@settings(deadline=None)
@given(
    st.binary(max_size=80)
    | st.text(max_size=80).map(lambda text: b"id;room;role\n" + text.encode("utf-8", "ignore"))
)
def test_whatever_is_uploaded_has_an_answer_with_lines(data: bytes) -> None:
    devices = read_devices(data, "list")
    assert devices.problems or devices.rows or data.strip()
    assert all(problem.line >= 1 for problem in devices.problems)
    edits_of(FILE, devices, whole=True)


def test_a_letter_that_was_lost_on_the_way_is_said() -> None:
    devices = read_devices(b"id;room;role\n1A d\x81r;1A;door\n", "list")
    assert [str(problem) for problem in devices.problems] == [
        "list:2: a letter that cannot be read; expected the list saved as CSV UTF-8"
    ]


def test_five_hundred_devices_are_in_force_within_seconds(tmp_path: Path, data: Path) -> None:
    rows = [f"d{n};1A;motion;;0x{n:016x}" for n in range(500)]
    text = "\r\n".join(["id;room;role;gateway;address", *rows]).encode()
    connection = connect(data / "vaka.db")
    began = time.process_time()
    assert isinstance(try_devices(connection, SITE, text, "list", False), Would)
    done = change_devices(connection, SITE, text, "list", False, "amina", WallClock())
    assert isinstance(done, Changed)
    assert len(done.changes) == 500
    assert time.process_time() - began < 10  # mostly a fraction of one
    assert not isinstance(try_devices(connection, SITE, text, "list", False), ListRefused)
    connection.close()


@pytest.mark.parametrize("begins", [b"PK\x03\x04\x14\x00", b"\xd0\xcf\x11\xe0\xa1\xb1"])
def test_a_spreadsheet_that_was_not_saved_as_csv_is_called_one(begins: bytes) -> None:
    (problem,) = read_devices(begins + b"\x00\x01\xff;devices", "enheter.xlsx").problems
    said = fault_in_words(problem.wrong, problem.expected, "nb")
    assert said == "Dette er et regneark. Lagre listen som CSV UTF-8."


def test_a_file_that_is_called_yaml_is_read_as_that_however_it_begins() -> None:
    whole_site = b"version: 1\ndevices:\n  - {id: d, room: 1A, role: motion}\n"
    devices = read_devices(whole_site, "enheter.YAML")
    assert ([row.values["id"] for row in devices.rows], devices.problems) == (["d"], ())
