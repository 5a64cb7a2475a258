"""`python -m dashboards.monthly --data FOLDER`: the hub's child that makes the reports of alarm quality which
are missing, each in the house's language, and tells their leaders. Killed at any time it has
done all or nothing.
"""

from __future__ import annotations

import argparse
import os
import sqlite3
import sys
from contextlib import closing
from datetime import date, datetime
from pathlib import Path

from dashboards.care.quality_report import report_of
from dashboards.care.quality_view import Reader, period
from dashboards.house import read_house
from hub.alarm_quality import quality_of
from hub.clock import WallClock
from hub.quality_reports import keep, missing
from hub.settings import read_settings
from hub.store.db import connect
from hub.store.quality_reports import Document, Report
from hub.store.sites import NoSiteError


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m dashboards.monthly")
    parser.add_argument("--data", type=Path, required=True, help="folder of the database")
    os.environ["VAKA_DATA"] = str(parser.parse_args().data)
    settings = read_settings()
    os.nice(19)
    try:
        with closing(connect(settings.database)) as connection:
            new = make(connection, settings.site, settings.web_address, WallClock().now())
    except (NoSiteError, OSError, sqlite3.OperationalError) as error:  # no room on the disk, say
        print(error, file=sys.stderr)
        return 1
    print(f"made: {', '.join(f'{one.unit} {one.month}' for one in new)}" if new else "nothing to report")
    return 0


def make(
    connection: sqlite3.Connection, site: str | None, web_address: str | None, now: datetime
) -> list[Report]:
    """What is missing now; returns what is new. Raises NoSiteError."""
    house = read_house(connection, site, now)
    reader = Reader(house, house.site.language, now)
    made = [
        _document(connection, reader, unit, month) for unit, month in missing(connection, house.site, now)
    ]
    return keep(connection, house.site, made, web_address, now)


def _document(connection: sqlite3.Connection, reader: Reader, unit: str, month: date) -> Document:
    over = period(reader, f"{month:%Y-%m}")
    assert over is not None, "it is a month"
    site = reader.house.site
    quality = quality_of(connection, site, {unit}, over.since, over.until, reader.now)
    document = report_of(reader, quality, over, reader.house.unit_name(unit))
    return Document(0, site.site, unit, over.name, reader.now, document)


if __name__ == "__main__":
    sys.exit(main())
