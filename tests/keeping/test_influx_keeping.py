"""What InfluxDB gives up, on a real one: readings that are too old, and who was erased."""

from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hub.erasing import work
from hub.erasing.receipt import read
from hub.erasing.work import go_on
from hub.history.bucket import Bucket
from hub.history.destination import ANSWER_WITHIN_S, Destination
from hub.history.influx_keeping import delete_residents, keep_for
from hub.history.line_protocol import point, tag_set
from hub.settings import Settings
from hub.store.db import connect
from hub.timetable import JobError
from tests.influx_server import InfluxDB
from tests.keeping.test_erasing import PSEUDONYM, assert_gone, confirmed, world
from tests.world import World

__all__ = ["world"]
pytestmark = pytest.mark.influx
NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def settings(influxdb: InfluxDB, tmp_path: Path) -> Settings:
    """With a token that may write into the bucket and nothing else."""
    token = tmp_path / "token"
    token.write_text(influxdb.write_token()[1])
    return Settings(data=tmp_path, influx_url=influxdb.url, influx_token_file=token)


@pytest.fixture
def filled(influxdb: InfluxDB, settings: Settings) -> InfluxDB:
    with closing(Bucket(Destination.from_settings(settings))) as bucket:
        bucket.write(
            [
                point("motion", tag_set({"site": "house", "resident": who}), {"value": 1}, NOW - age, n)
                for n, (who, age) in enumerate(
                    [
                        (PSEUDONYM, timedelta(hours=1)),
                        (PSEUDONYM, timedelta(days=400)),
                        (f"r-olav+{PSEUDONYM}", timedelta(hours=2)),
                        ("r-olav", timedelta(hours=3)),
                        (f"{PSEUDONYM}-2", timedelta(hours=4)),
                    ]
                )
            ]
        )
    return influxdb


def residents(server: InfluxDB) -> list[str]:
    return sorted(tags["resident"] for _, tags, _, _ in server.points())


def test_every_series_of_a_resident_goes_and_no_other(filled: InfluxDB, settings: Settings) -> None:
    assert len(residents(filled)) == 5
    delete_residents(settings, [PSEUDONYM, f"r-olav+{PSEUDONYM}"])
    assert residents(filled) == ["r-olav", f"{PSEUDONYM}-2"]


def test_the_bucket_is_told_how_long_where_the_token_may(filled: InfluxDB, settings: Settings) -> None:
    assert "90 days" in keep_for(settings, 90)
    assert settings.influx_token_file is not None
    settings.influx_token_file.write_text(filled.token)
    assert keep_for(settings, 90) == ""
    (bucket,) = filled.request("GET", "/api/v2/buckets?name=vaka")["buckets"]
    assert [rule["everySeconds"] for rule in bucket["retentionRules"]] == [90 * 86_400]
    assert keep_for(settings, 90) == "", "it was so already"


def test_a_server_that_is_away_holds_up_the_receipt_but_not_what_the_house_deletes_itself(
    world: World, influxdb: InfluxDB, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "ON_ITS_WAY_S", 0.1)
    settings = settings.model_copy(update={"data": world.folder})
    confirmed(world)
    influxdb.stop()
    with pytest.raises(JobError, match="can't be reached"):
        go_on(settings, world.clock)
    with closing(connect(settings.database)) as connection:
        assert (
            connection.execute("SELECT count(*) FROM protection WHERE resident = ?", (PSEUDONYM,)).fetchone()[
                0
            ]
            == 0
        )
        assert (
            connection.execute("SELECT count(*) FROM erasure WHERE ended_at IS NOT NULL").fetchone()[0] == 0
        )
    influxdb.start()
    (done,) = go_on(settings, world.clock)
    assert done.document is not None
    assert read(done.document).deleted["time series"] == {"series": 1}
    assert_gone(world.folder)


def test_what_was_on_its_way_to_the_server_while_the_rows_went_is_deleted_as_well(
    world: World, filled: InfluxDB, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The relay had read it; it arrives when the rows are long gone."""
    settings = settings.model_copy(update={"data": world.folder})
    confirmed(world)
    waited: list[float] = []

    def arrives(seconds: float) -> None:
        waited.append(seconds)
        with closing(connect(settings.database)) as connection:
            rows = connection.execute("SELECT 1 FROM protection WHERE resident = ?", (PSEUDONYM,)).fetchall()
            assert rows == []
        with closing(Bucket(Destination.from_settings(settings))) as bucket:
            bucket.write(
                [point("open", tag_set({"site": "house", "resident": PSEUDONYM}), {"value": 1}, NOW, 9)]
            )

    monkeypatch.setattr(work, "sleep", arrives)
    go_on(settings, world.clock)
    assert len(waited) == 1
    assert ANSWER_WITHIN_S < waited[0] <= work.ON_ITS_WAY_S
    assert PSEUDONYM not in residents(filled)
