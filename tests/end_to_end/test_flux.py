"""What people may put into a name never becomes a part of a question to InfluxDB."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.history.bucket import Bucket
from hub.history.destination import AwayError, Destination
from hub.history.flux import Questions, literal
from hub.history.line_protocol import as_kept, point, tag_set
from tests.influx_server import InfluxDB, running_influxdb

pytestmark = pytest.mark.influx

AT = datetime(2026, 11, 23, 2, 10, tzinfo=UTC)
NASTY = [
    '"',
    "\\",
    '\\" or true or r.device == \\"',
    '") |> drop(columns: ["_value"]) //',
    "${1 + 1}",
    "$",
    "a\nb",
    "\x00",
    "\x7f",
    "r.device",
    "Ærlig ø 🛏",
    "\u2028",
    "'; DROP",
]


@pytest.fixture(scope="module")
def where(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[InfluxDB, Destination]]:
    folder: Path = tmp_path_factory.mktemp("flux")
    with running_influxdb(folder / "influxdb") as server:
        token = folder / "token"
        token.write_text(server.token)
        yield server, Destination(server.url, server.org, server.bucket, token)


def asked_back(questions: Questions, text: str) -> list[str]:
    flux = (
        f"from(bucket: {literal(questions.bucket)}) |> range(start: 0)"
        f" |> filter(fn: (r) => r.device == {literal(as_kept(text))})"
    )
    return [device for (device,), _ in questions.ask(flux, ("device",))]


def test_every_text_in_a_tag_is_found_by_itself_and_by_nothing_else(
    where: tuple[InfluxDB, Destination],
) -> None:
    _, destination = where
    with closing(Bucket(destination)) as bucket, closing(Questions(destination)) as questions:
        bucket.write(
            [point("open", tag_set({"device": t}), {"value": True}, AT, n) for n, t in enumerate(NASTY)]
        )
        for text in NASTY:
            assert asked_back(questions, text) == [as_kept(text)], text


@settings(max_examples=100)
@given(text=st.text(min_size=1, max_size=30))
def test_no_text_becomes_part_of_a_question(where: tuple[InfluxDB, Destination], text: str) -> None:
    """Asked as a value it comes back as the same value; of line breaks InfluxDB's CSV makes CR and LF."""
    _, destination = where
    with closing(Questions(destination)) as questions:
        flux = f'import "array"\narray.from(rows: [{{_value: {literal(text)}}}])'
        ((found,), kind), *more = questions.ask(flux, ("_value",))
    assert (found.replace("\r\n", "\n"), kind, more) == (text.replace("\r", ""), "string", [])


def test_a_question_that_fails_halfway_is_no_answer(where: tuple[InfluxDB, Destination]) -> None:
    _, destination = where
    with closing(Questions(destination)) as questions:
        flux = (
            'import "array"\nimport "experimental"\n'
            "array.from(rows: [{_value: 1}])"
            ' |> map(fn: (r) => ({_value: if r._value == 1 then die(msg: "halfway") else 2}))'
        )
        with pytest.raises(AwayError):
            list(questions.ask(flux, ("_value",)))
