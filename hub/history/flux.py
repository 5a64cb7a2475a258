"""Asking one bucket of one InfluxDB 2: text that may stand in a question, and the answer row by row.

Not here: what is asked (hub/history/influx.py). A text becomes part of a question through `literal` alone.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterator
from datetime import timedelta
from threading import Lock

from influxdb_client.client.influxdb_client import InfluxDBClient
from influxdb_client.domain.dialect import Dialect
from influxdb_client.rest import ApiException
from urllib3.exceptions import HTTPError

from hub.clock import steady
from hub.history.destination import AwayError, Destination, away

ANSWER_WITHIN_S = 5.0
"""[default] Somebody waits for the page, and the embedded history can answer."""
ASK_AGAIN_AFTER = timedelta(seconds=15)
"""[default] Once it was away, nobody waits for it again so soon."""

Row = tuple[list[str], str]
"""The columns that were asked for, as text, and the type of `_value`."""

_PLAIN = {
    **{chr(n): f"\\x{n:02x}" for n in range(32)},
    '"': '\\"',
    "\\": "\\\\",
    "$": "\\x24",  # ${…} would be worked out
    "\x7f": "\\x7f",
}
_ESCAPED = str.maketrans(_PLAIN)
_DIALECT = Dialect(  # type: ignore[no-untyped-call]
    header=True, delimiter=",", comment_prefix="#", annotations=["datatype"]
)


def literal(text: str) -> str:
    """A text as Flux has it, whatever is in it."""
    return f'"{text.translate(_ESCAPED)}"'


def one_of(column: str, texts: Collection[str]) -> str:
    """A condition that InfluxDB answers from its index."""
    return " or ".join(f"r[{literal(column)}] == {literal(text)}" for text in sorted(texts)) or "false"


class Questions:
    """For many threads at once. The token is read anew each time, as in hub/history/bucket.py."""

    def __init__(self, destination: Destination) -> None:
        self._destination = destination
        self._lock = Lock()
        self._token = ""
        self._client: InfluxDBClient | None = None
        self._away: tuple[float, AwayError] | None = None

    @property
    def bucket(self) -> str:
        return self._destination.bucket

    def ask(self, flux: str, columns: tuple[str, ...]) -> Iterator[Row]:
        """All of the answer's rows. Raises AwayError, also in the midst of them; then for a while
        without asking.
        """
        if self._away is not None and steady() < self._away[0]:
            raise self._away[1]
        try:
            yield from self._rows(flux, columns)
        except AwayError as error:
            self._away = steady() + ASK_AGAIN_AFTER.total_seconds(), error
            raise
        self._away = None

    def close(self) -> None:
        with self._lock:
            if self._client is not None:
                self._client.close()  # type: ignore[no-untyped-call]
                self._client = None

    def _rows(self, flux: str, columns: tuple[str, ...]) -> Iterator[Row]:
        try:
            answer = self._connected().query_api().query_raw(flux, dialect=_DIALECT)
            with answer, io.TextIOWrapper(answer, "utf-8", newline="") as text:
                yield from self._parsed(text, columns)
        except (ApiException, HTTPError) as error:
            raise away(self._destination, error) from error

    def _parsed(self, text: io.TextIOWrapper, columns: tuple[str, ...]) -> Iterator[Row]:
        """InfluxDB's annotated CSV: tables one after the other, each kind with its own head."""
        types: list[str] = []
        places: list[int] | None = None
        value_type = ""
        for row in csv.reader(text):
            if not row:
                continue
            if row[0] == "#datatype":
                types, places = row, None
            elif places is None:
                if "error" in row and "_value" not in row and "_time" not in row:
                    raise AwayError(f"{self._destination.url} gave up on the question")
                places = [row.index(name) for name in columns]
                value_type = types[row.index("_value")] if "_value" in row else ""
            else:
                yield [row[place] for place in places], value_type

    def _connected(self) -> InfluxDBClient:
        with self._lock:
            token = self._destination.token()
            if self._client is None or token != self._token:
                self._token = token
                self._client = InfluxDBClient(
                    self._destination.url, token, org=self._destination.org, timeout=ANSWER_WITHIN_S * 1000
                )
            return self._client
