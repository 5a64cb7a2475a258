"""Writing into one bucket of one InfluxDB 2."""

from __future__ import annotations

import re
from dataclasses import dataclass

from influxdb_client.client.influxdb_client import InfluxDBClient
from influxdb_client.client.write_api import SYNCHRONOUS, WriteApi
from influxdb_client.rest import ApiException
from urllib3.exceptions import HTTPError

from hub.history import destination
from hub.history.destination import Destination, away, message_of, short

_DROPPED = re.compile(r"dropped=(\d+)")


@dataclass(frozen=True, slots=True)
class Refusal:
    """So many lines InfluxDB will never take (older than the bucket keeps them, say). It has the others."""

    count: int
    why: str


class Bucket:
    """Not for two threads at once."""

    def __init__(self, where: Destination) -> None:
        self._destination = where
        self._token = ""
        self._client: InfluxDBClient | None = None

    def write(self, lines: list[str]) -> Refusal | None:
        """Write lines of line protocol; returns once InfluxDB has them on its disk. Raises AwayError."""
        try:
            self._api().write(self._destination.bucket, record="\n".join(lines))
        except ApiException as error:
            return self._answer(error, lines)
        except HTTPError as error:
            raise away(self._destination, error) from error
        return None

    def close(self) -> None:
        if self._client is not None:
            self._client.close()  # type: ignore[no-untyped-call]
            self._client = None

    def _api(self) -> WriteApi:
        token = self._destination.token()  # anew each time: a renewed token needs no restart
        if self._client is None or token != self._token:
            self.close()
            self._token = token
            self._client = InfluxDBClient(
                self._destination.url,
                token,
                org=self._destination.org,
                timeout=destination.ANSWER_WITHIN_S * 1000,
            )
        return self._client.write_api(SYNCHRONOUS)

    def _answer(self, error: ApiException, lines: list[str]) -> Refusal | None:
        """What an answer other than «written» means."""
        message = message_of(error)
        if "partial write" in message:
            dropped = _DROPPED.search(message)
            return Refusal(int(dropped[1]) if dropped else 1, short(message.partition("partial write: ")[2]))
        if error.status == 413 and len(lines) > 1:  # something on the way there takes smaller pieces only
            middle = len(lines) // 2
            first, second = self.write(lines[:middle]), self.write(lines[middle:])
            return Refusal(first.count + second.count, first.why) if first and second else first or second
        raise away(self._destination, error) from error
