"""`vaka read-token`: a token of InfluxDB that may read the bucket and do nothing else, for Grafana and the
pages.

InfluxDB makes tokens itself, so that it has to run; the token in VAKA_INFLUX_TOKEN_FILE must be allowed to
make others.
"""

from __future__ import annotations

import argparse
import sys

from hub.settings import read_settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--description", default="Vaka: reads only", help="what InfluxDB's own list says of it"
    )


def run(arguments: argparse.Namespace) -> int:
    """0: printed; 1: not, and why was said."""
    settings = read_settings()
    if settings.influx_url is None:
        return _refuse("VAKA_INFLUX_URL is not set; expected where InfluxDB is, e.g. http://influxdb:8086")
    from hub.history.destination import AwayError, Destination
    from hub.history.read_token import make_read_token

    try:
        token = make_read_token(Destination.from_settings(settings), arguments.description)
    except AwayError as error:
        return _refuse(str(error))
    print(token)
    return 0


def _refuse(why: str) -> int:
    print(f"vaka read-token: {why}", file=sys.stderr)
    return 1
