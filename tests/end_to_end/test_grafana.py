"""The dashboards for Grafana: every question of every panel, with its variables filled in as Grafana does it,
is answered by a real InfluxDB that the real relay has filled; and no answer tells of a resident.
"""

import argparse
import json
import re
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from hub.commands import read_token
from hub.history.bucket import Bucket
from hub.history.destination import AwayError, Destination
from hub.history.flux import Questions
from hub.history.hub_points import HUB_WAITING
from hub.history.read_token import make_read_token
from tests.end_to_end.relaying import relaying, until, until_written
from tests.influx_server import InfluxDB, running_influxdb
from tests.world import World

ROOT = Path(__file__).parents[2]
GRAFANA = ROOT / "dashboards" / "grafana"
FILES = sorted(GRAFANA.glob("*.json"))
SITE = (ROOT / "tests" / "scenarios" / "sites" / "donski-small.yaml").read_text()
COMPOSE = YAML(typ="safe").load(ROOT / "docker-compose.yml")["services"]
SPAN = timedelta(hours=20)
WINDOW = "10m"

Board = dict[str, Any]


def board(file: Path) -> Board:
    found: Board = json.loads(file.read_text())
    return found


def panels(of: Board) -> list[dict[str, Any]]:
    return list(of["panels"])


class House:
    """A house of some hours, told to InfluxDB, and a way to ask as Grafana does: by a token that only
    reads.
    """

    def __init__(self, server: InfluxDB, token: Path) -> None:
        self.destination = Destination(server.url, server.org, server.bucket, token)
        self.questions = Questions(self.destination)

    def ask(self, flux: str) -> tuple[set[str], int]:
        """The columns of the answer and how many rows it has."""
        answer = self.questions._connected().query_api().query(flux)
        columns = {column.label for table in answer for column in table.columns}
        return columns, sum(len(table.records) for table in answer)

    def values(self, flux: str) -> list[str]:
        return [value for (value,), _ in self.questions.ask(flux, ("_value",))]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("grafana")
    with running_influxdb(folder / "influxdb") as server:
        (folder / "house").mkdir()
        world = World(folder / "house", SITE, datetime.now(UTC) - SPAN + timedelta(minutes=30))
        live(world)
        with relaying(world.database, server, folder, world.site.site):
            until_written(world.database, server)
            until(lambda: server.rows(HUB_WAITING), "what the hub tells of itself")
        token = folder / "read-only"
        token.write_text(made_by_the_command(server, folder / "token"))
        found = House(server, token)
        yield found
        found.questions.close()


def made_by_the_command(server: InfluxDB, token_file: Path) -> str:
    destination = Destination(server.url, server.org, server.bucket, token_file)
    return make_read_token(destination, "Grafana")


def live(world: World) -> None:
    """Devices speak, batteries go down, links waver; people call, somebody comes, or says so and does not."""
    for hour in range(18):
        for device in ("3B motion", "4A motion"):
            world.says(device, motion=True, battery=60 - hour, lqi=100 + hour)
            world.says(device, motion=False)
        world.says("3B motion", at=world.clock.at - timedelta(seconds=2), motion=True, own_time=True)
        if hour % 3 == 0:
            world.says("3B button", pressed="single")
            alert = world.alert("help-button")
            world.passes(timedelta(minutes=1))
            world.desk.accept(alert.id, "kari")
            if hour % 2 == 0:
                world.passes(timedelta(minutes=12))
            else:
                world.desk.arrive(alert.id, "kari")
            world.desk.close(alert.id, "kari", "helped" if hour % 2 else "false_alarm")
        world.passes(timedelta(minutes=45))


def filled_in(query: str, values: dict[str, list[str]]) -> str:
    """What Grafana puts in the place of its variables (docs: Variable syntax; Flux's `v` record)."""

    def variable(found: re.Match[str]) -> str:
        texts = values[found[1]]
        match found[2]:
            case "doublequote":
                return ",".join('"' + text.replace('"', '\\"') + '"' for text in texts)
            case "regex":
                escaped = [re.sub(r"([\\/^$*+?.()|[\]{}])", r"\\\1", text) for text in texts]
                return escaped[0] if len(escaped) == 1 else f"({'|'.join(escaped)})"
        raise AssertionError(f"{found[0]}: a variable without a format would stand there unescaped")

    now = datetime.now(UTC)
    query = re.sub(r"\$\{(\w+)(?::(\w+))?\}", variable, query)
    for name, text in {
        "v.timeRangeStart": (now - SPAN).isoformat().replace("+00:00", "Z"),
        "v.timeRangeStop": now.isoformat().replace("+00:00", "Z"),
        "v.windowPeriod": WINDOW,
        "v.bucket": '"vaka"',
    }.items():
        query = query.replace(name, text)
    assert "v." not in re.sub(r'"[^"]*"', "", query), "a variable that Grafana does not fill in"
    return query


def variables(of: Board, house: House) -> dict[str, list[str]]:
    """As a page that was just opened has them: each asks with those before it; the first value, or all."""
    values: dict[str, list[str]] = {}
    for one in of["templating"]["list"]:
        found = house.values(filled_in(one["query"], values))
        assert found, one["name"]
        values[one["name"]] = found if one["includeAll"] else found[:1]
    return values


@pytest.mark.influx
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_question_of_a_dashboard_has_an_answer_and_none_tells_of_a_resident(
    file: Path, house: House
) -> None:
    the_board = board(file)
    values = variables(the_board, house)
    silent, tells = [], []
    for panel in panels(the_board):
        for target in panel["targets"]:
            columns, count = house.ask(filled_in(target["query"], values))
            if not count:
                silent.append(panel["title"])
            if "resident" in columns:
                tells.append(panel["title"])
    assert silent == []
    assert tells == []


@pytest.mark.influx
def test_grafanas_token_reads_and_cannot_write(house: House) -> None:
    seq = 'r._field == "seq"'
    asked = (
        f'from(bucket: "vaka") |> range(start: 0) |> filter(fn: (r) => {seq}) |> keep(columns: ["_value"])'
    )
    assert house.values(asked)
    with closing(Bucket(house.destination)) as bucket, pytest.raises(AwayError, match="may not do that"):
        bucket.write(["open,site=a value=true 1"])


@pytest.mark.influx
def test_a_token_is_printed_alone_or_it_is_said_why_not(
    influxdb: InfluxDB, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    parser = argparse.ArgumentParser()
    read_token.add_arguments(parser)
    arguments = parser.parse_args([])
    assert read_token.run(arguments) == 1
    assert "VAKA_INFLUX_URL is not set" in capsys.readouterr().err
    token_file = tmp_path / "token"
    monkeypatch.setenv("VAKA_INFLUX_URL", influxdb.url)
    monkeypatch.setenv("VAKA_INFLUX_TOKEN_FILE", str(token_file))
    token_file.write_text(influxdb.write_token()[1])
    assert read_token.run(arguments) == 1
    assert capsys.readouterr().out == ""
    token_file.write_text(influxdb.token)
    assert read_token.run(arguments) == 0
    printed = capsys.readouterr().out
    (tmp_path / "read").write_text(printed)
    reading = Destination(influxdb.url, influxdb.org, influxdb.bucket, tmp_path / "read")
    with closing(Questions(reading)) as questions:
        assert list(questions.ask('from(bucket: "vaka") |> range(start: 0)', ("_value",))) == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_dashboard_is_one_that_grafana_takes(file: Path) -> None:
    """Of Grafana's own schema what its editor would have seen to; Grafana itself is not at hand here."""
    the_board = board(file)
    assert the_board["uid"] == f"vaka-{file.stem}"
    assert the_board["schemaVersion"] >= 39
    assert the_board["editable"] is False
    numbers = [panel["id"] for panel in panels(the_board)]
    assert len(set(numbers)) == len(numbers)
    source = {"type": "influxdb", "uid": "vaka-influxdb"}
    names = {one["name"] for one in the_board["templating"]["list"]}
    for panel in panels(the_board):
        assert panel["type"] in {"table", "timeseries", "state-timeline"}
        assert panel["title"]
        assert panel["datasource"] == source
        assert {"defaults", "overrides"} <= set(panel["fieldConfig"])
        for target in panel["targets"]:
            assert target["refId"]
            assert target["datasource"] == source
            assert set(re.findall(r"\$\{(\w+)", target["query"])) <= names
    assert "resident" not in file.read_text()


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_no_two_panels_of_a_dashboard_lie_on_each_other(file: Path) -> None:
    places = [panel["gridPos"] for panel in panels(board(file))]
    covered = [
        (x, y) for p in places for x in range(p["x"], p["x"] + p["w"]) for y in range(p["y"], p["y"] + p["h"])
    ]
    assert len(set(covered)) == len(covered)
    assert max(x for x, _ in covered) == 23
    tops = sorted({p["y"] for p in places})
    assert all(any(y == below - 1 for _, y in covered) for _, below in pairwise(tops)), "a hole between rows"


def test_grafana_is_given_its_dashboards_its_source_and_a_token_that_only_reads() -> None:
    service = COMPOSE["grafana"]
    assert service["profiles"] == ["grafana"], "nobody gets it who did not ask for it"
    handed = dict(volume.split(":")[:2] for volume in service["volumes"] if volume.startswith("./"))
    assert {f"./{file.relative_to(ROOT)}" for file in FILES} <= set(handed)
    provider = YAML(typ="safe").load(GRAFANA / "provisioning" / "dashboards.yaml")["providers"][0]
    assert {str(Path(handed[f"./{file.relative_to(ROOT)}"]).parent) for file in FILES} == {
        provider["options"]["path"]
    }
    source = YAML(typ="safe").load(GRAFANA / "provisioning" / "datasource.yaml")["datasources"][0]
    influx = COMPOSE["influxdb"]["environment"]
    assert source["uid"] == "vaka-influxdb"
    assert source["jsonData"]["organization"] == influx["DOCKER_INFLUXDB_INIT_ORG"]
    assert source["jsonData"]["defaultBucket"] == influx["DOCKER_INFLUXDB_INIT_BUCKET"]
    assert source["secureJsonData"]["token"] == "$__file{/run/secrets/influx_read_token}"
    assert set(service["secrets"]) == {"grafana_password", "influx_read_token"}
    for path in ("datasources", "dashboards"):
        assert any(to.startswith(f"/etc/grafana/provisioning/{path}/") for to in handed.values())
