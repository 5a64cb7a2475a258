"""The broker's accounts, made from a site: who gets one, and what becomes of passwords."""

from pathlib import Path

import pytest

from hub.__main__ import main
from hub.mqtt.accounts import accounts_of, with_passwords
from tests.web.house import read

SITE = """
site: solbakken
name: Solbakken
gateways:
  - {id: zigbee-sol, topic: zigbee/sol}
  - {id: zigbee-nord, topic: zigbee/nord}
  - {id: shelly, kind: shelly}
units: [{id: sol, name: Solsida}]
rooms: [{id: 1A, unit: sol}]
devices:
  - {id: dør 1A, room: 1A, role: outer_door, gateway: native}
  - {id: seng 1A, room: 1A, role: bed, gateway: native, address: bed-1a}
  - {id: kontakt, room: 1A, role: stove, gateway: shelly, address: "shellyplus-a8/switch:1"}
  - {id: bryter, room: 1A, role: other, gateway: shelly, address: "shellyplus-a8/input:0"}
  - {id: zigbee-dør, room: 1A, role: outer_door, gateway: zigbee-sol}
"""


def test_each_gateway_and_each_device_that_connects_by_itself_has_an_account_of_its_own() -> None:
    found = accounts_of(read(SITE))
    assert found.names == (
        "alerts", "zigbee-sol", "zigbee-nord", "shelly", "dør 1A", "bed-1a", "shellyplus-a8",
    )  # fmt: skip
    assert found.without == {}


@pytest.mark.parametrize(
    ("address", "why"),
    [("a:b", "holds no :"), ("a+b", "holds no +"), ("hub", "another account"), ("shelly", "another")],
)
def test_a_name_that_would_open_more_than_its_own_topic_gets_no_account_and_is_told(
    address: str, why: str
) -> None:
    found = accounts_of(read(SITE.replace("bed-1a", f'"{address}"')))
    assert address not in found.names[4:]
    assert why in found.without[address]


@pytest.mark.parametrize("name", ["hub", "alerts"])
def test_a_gateway_that_is_called_as_the_hub_is_gets_none_of_its_rights(name: str) -> None:
    found = accounts_of(read(SITE.replace("zigbee-sol", name)))
    assert name not in found.names[1:]
    assert "another account" in found.without[name]
    assert "zigbee/sol" not in found.acl
    assert found.acl.count(f"user {name}\n") == 1


def test_a_password_stays_until_its_account_is_gone_or_it_is_renewed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, folder = tmp_path / "house.yaml", tmp_path / "accounts"
    words = ["accounts", str(folder), "--file", str(file)]

    def passwords(*more: str) -> dict[str, str]:
        assert main([*words, *more]) == 0
        return dict(line.split(":") for line in (folder / "passwords").read_text().splitlines())

    file.write_text(SITE)
    first = passwords()
    assert len(set(first.values())) == len(first) == 7
    assert passwords() == first
    renewed = passwords("--renew", "bed-1a")
    assert {name for name in first if renewed[name] != first[name]} == {"bed-1a"}
    file.write_text(
        SITE.replace("id: zigbee-nord, topic: zigbee/nord", "id: zigbee-vest, topic: zigbee/vest")
    )
    changed = passwords()
    assert changed.keys() ^ first.keys() == {"zigbee-nord", "zigbee-vest"}
    assert "gone: 1" in capsys.readouterr().out
    assert folder.stat().st_mode & 0o077 == 0


def test_a_site_that_does_not_hold_or_an_account_that_is_not_there_changes_nothing(tmp_path: Path) -> None:
    file, folder = tmp_path / "house.yaml", tmp_path / "accounts"
    file.write_text("site: x\n")
    assert main(["accounts", str(folder), "--file", str(file)]) == 1
    file.write_text(SITE)
    assert main(["accounts", str(folder), "--file", str(file), "--renew", "nobody"]) == 1
    assert not folder.exists()


def test_passwords_are_long_and_nobody_elses() -> None:
    made = with_passwords(("a", "b"), {"c": "kept"})
    assert made.keys() == {"a", "b"}
    assert all(len(password) >= 32 for password in made.values())
