"""The journal's readings in a real InfluxDB 2: all of them, once, through its outages."""

import signal
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from hub.history.bucket import Bucket
from hub.history.destination import Destination
from hub.history.line_protocol import line, tag_set
from hub.history.relay import LARGEST_BATCH
from hub.store import readings
from hub.store.db import transaction
from hub.store.instants import to_us
from tests.end_to_end.relaying import (
    BED,
    DOOR,
    EMPTIED,
    IN_JUNE,
    IN_MAY,
    STRANGER,
    Journal,
    relaying,
    until,
    until_told,
    until_written,
)
from tests.influx_server import InfluxDB
from tests.servers import free_port

pytestmark = pytest.mark.influx


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path)


def test_what_was_committed_is_in_influxdb_with_its_place_and_pseudonyms(
    journal: Journal, influxdb: InfluxDB, tmp_path: Path
) -> None:
    journal.commit(
        (DOOR, "open", True, IN_MAY),
        (DOOR, "battery", 87, IN_MAY + timedelta(milliseconds=1)),
        (BED, "in_bed", False, IN_MAY + timedelta(milliseconds=2)),
        (BED, "fall", "suspected", IN_MAY + timedelta(milliseconds=3)),
        (STRANGER, "temperature", -3.25, IN_MAY + timedelta(milliseconds=4)),
        (BED, "pressed", 'a "b" \\', IN_MAY + timedelta(milliseconds=5)),
        (DOOR, "open", False, IN_JUNE),
    )
    with relaying(journal.path, influxdb, tmp_path):
        until_written(journal.path, influxdb)
    door = {"site": "donski", "unit": "sør", "room": "3B", "device": "3B outer door"}
    bed = {"site": "donski", "unit": "sør", "room": "4, inner", "device": "bed=4/"}
    both, one = {"resident": "b-17+b-18"}, {"resident": "b-18"}
    points = influxdb.points()
    assert [point[:3] for point in points] == [
        ("open", door | both, True),
        ("battery", door | both, 87.0),
        ("in_bed", bed, False),
        ("fall", bed, "suspected"),
        ("temperature", {"site": "donski", "device": "unnamed-3"}, -3.25),
        ("pressed", bed, 'a "b" \\'),
        ("open", door | one, False),
    ]
    assert [point[3] // 1_000_000 for point in points] == [
        to_us(at) // 1000 for at in [*(IN_MAY + timedelta(milliseconds=n) for n in range(6)), IN_JUNE]
    ]
    assert "Nordmann" not in str(points)
    assert "Ola" not in str(points)


def test_readings_of_one_device_at_the_same_instant_are_all_kept_in_their_order(
    journal: Journal, influxdb: InfluxDB, tmp_path: Path
) -> None:
    values = [n % 2 == 0 for n in range(LARGEST_BATCH + 500)]
    journal.commit(*((DOOR, "open", value, IN_MAY) for value in values))
    with relaying(journal.path, influxdb, tmp_path):
        until_written(journal.path, influxdb)
    assert [point[2] for point in influxdb.points()] == values


def test_an_outage_loses_and_doubles_nothing(journal: Journal, influxdb: InfluxDB, tmp_path: Path) -> None:
    numbers = count()

    def commit(how_many: int) -> None:
        rows = [
            (DOOR, "power", float(n), IN_MAY + timedelta(seconds=n))
            for n, _ in zip(numbers, range(how_many), strict=False)
        ]
        journal.commit(*rows)

    commit(12_000)
    with relaying(journal.path, influxdb, tmp_path):
        until(lambda: len(influxdb.points()) >= LARGEST_BATCH, "the first batch")
        influxdb.kill()
        commit(3_000)
        until_told(journal.path, "down", "nobody listens there")
        influxdb.start()
        until_told(journal.path, "ok", "")
        commit(3_000)
        until_written(journal.path, influxdb)
    assert [point[3] for point in influxdb.points()] == journal.instants()
    assert len(journal.instants()) == 18_000


def test_a_batch_whose_confirmation_was_lost_is_not_doubled_even_when_the_site_file_changed(
    journal: Journal, influxdb: InfluxDB, tmp_path: Path
) -> None:
    journal.commit(*((DOOR, "open", n % 2 == 0, IN_MAY + timedelta(seconds=n)) for n in range(100)))
    with relaying(journal.path, influxdb, tmp_path):
        until_written(journal.path, influxdb)
    before = influxdb.points()
    journal.put_in_force(EMPTIED, IN_JUNE)
    journal.commit((DOOR, "open", True, IN_JUNE))
    with transaction(journal.connection) as connection:
        connection.execute("DELETE FROM history_cursor")  # as if it had never been moved
    with relaying(journal.path, influxdb, tmp_path):
        until_written(journal.path, influxdb)
    *again, new = influxdb.points()
    assert again == before
    assert new[1] == {"site": "donski", "device": "unnamed-1"}


def test_a_server_that_does_not_answer_delays_and_doubles_nothing(
    journal: Journal, influxdb: InfluxDB, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.history.destination.ANSWER_WITHIN_S", 0.5)
    with relaying(journal.path, influxdb, tmp_path):
        until_told(journal.path, "ok", "")
        assert influxdb.process is not None
        influxdb.process.send_signal(signal.SIGSTOP)
        journal.commit(*((DOOR, "open", n % 2 == 0, IN_MAY + timedelta(seconds=n)) for n in range(100)))
        until_told(journal.path, "down", "readings waiting: 100, the oldest since 2026-05-17 01:30:00 UTC")
        until_told(journal.path, "down", "does not answer within")
        influxdb.process.send_signal(signal.SIGCONT)
        until_written(journal.path, influxdb)
    assert [point[3] for point in influxdb.points()] == journal.instants()


def test_a_revoked_token_is_said_in_plain_words_and_a_new_one_in_the_file_is_enough(
    journal: Journal, influxdb: InfluxDB, tmp_path: Path
) -> None:
    token_id, token = influxdb.write_token()
    (tmp_path / "token").write_text(token)
    journal.commit((DOOR, "open", True, IN_MAY))
    with relaying(journal.path, influxdb, tmp_path) as token_file:
        until_written(journal.path, influxdb)
        influxdb.revoke(token_id)
        journal.commit((DOOR, "open", False, IN_JUNE))
        until_told(
            journal.path, "down", f"does not accept the token in {token_file}; it was revoked or never valid"
        )
        token_file.write_text(influxdb.write_token()[1])
        until_told(journal.path, "ok", "")
    assert [point[3] for point in influxdb.points()] == journal.instants()


def test_what_is_older_than_the_bucket_keeps_is_told_and_does_not_hold_up_the_rest(
    journal: Journal, influxdb: InfluxDB, tmp_path: Path
) -> None:
    influxdb.keep_for(timedelta(days=1))
    now = datetime.now(UTC)
    journal.commit(
        (DOOR, "open", True, now - timedelta(days=3)),
        (DOOR, "open", False, now - timedelta(days=2)),
        (DOOR, "open", True, now),
    )
    with relaying(journal.path, influxdb, tmp_path):
        until_told(
            journal.path,
            "ok",
            "readings refused for good since the start: 2 (dropped 2 points outside retention policy",
        )
    assert [point[3] for point in influxdb.points()] == journal.instants()[2:]


def test_every_way_to_configure_it_wrongly_has_its_sentence(
    journal: Journal, influxdb: InfluxDB, tmp_path: Path
) -> None:
    journal.commit((DOOR, "open", True, IN_MAY))
    empty = tmp_path / "empty"
    empty.write_text("\n")
    nobody = f"http://127.0.0.1:{free_port()}"
    mistakes: list[tuple[dict[str, object], str]] = [
        ({"bucket": "elsewhere"}, "has no bucket 'elsewhere' in an organisation 'vaka'"),
        ({"org": "elsewhere"}, "has no bucket 'vaka' in an organisation 'elsewhere'"),
        ({"url": nobody}, f"{nobody} can't be reached: nobody listens there"),
        ({"url": "http://influxdb.invalid:8086"}, "has a name that nobody knows"),
        ({"url": influxdb.url.replace("http", "https")}, "can't be spoken to over TLS"),
        ({"token_file": None}, "no token is set"),
        ({"token_file": tmp_path / "absent"}, "can't be read: No such file or directory"),
        ({"token_file": empty}, "is no token"),
    ]
    for changed, sentence in mistakes:
        with relaying(journal.path, influxdb, tmp_path, **changed):
            until_told(journal.path, "down", sentence)
            until_told(journal.path, "down", "readings waiting: 1,")
    assert influxdb.points() == []


def test_another_bucket_gets_the_whole_journal(journal: Journal, influxdb: InfluxDB, tmp_path: Path) -> None:
    journal.commit((DOOR, "open", True, IN_MAY))
    with relaying(journal.path, influxdb, tmp_path):
        until_written(journal.path, influxdb)
    other = influxdb.another_bucket("other")
    with relaying(journal.path, influxdb, tmp_path, bucket="other"):
        until(lambda: other.points(), "a point in the other bucket")
    assert other.points() == influxdb.points()


def test_no_text_in_a_tag_or_a_word_breaks_a_line(influxdb: InfluxDB, tmp_path: Path) -> None:
    (tmp_path / "token").write_text(influxdb.token)
    bucket = Bucket(Destination(influxdb.url, influxdb.org, influxdb.bucket, tmp_path / "token"))
    texts = [f"{end}{chr(n)}{end}" for n in [*range(256), 0x2028, 0xFFFD, 0x1F6CF] for end in ("", "a", "\\")]
    at = datetime(2026, 11, 23, 2, 10, tzinfo=UTC)
    lines = [
        line(readings.Stored(seq, 1, "pressed", text, at, at, 0), tag_set({"device": text, "site": "donski"}))
        for seq, text in enumerate(texts)
    ]
    with closing(bucket):
        assert bucket.write(lines) is None
    assert [point[2] for point in influxdb.points()] == texts
