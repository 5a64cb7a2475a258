"""Where InfluxDB 2 is, and in plain words why it cannot be spoken to."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from influxdb_client.rest import ApiException
from urllib3.exceptions import HTTPError, NameResolutionError, NewConnectionError, ProtocolError
from urllib3.exceptions import TimeoutError as NoAnswerError

from hub.settings import Settings

ANSWER_WITHIN_S = 10.0
"""A write of 5,000 lines takes some 30 ms."""
LONGEST_ASKED_WAIT_S = 600.0


class AwayError(Exception):
    """Nothing was written or read, for a reason that may pass. The text is for a technician.

    `wait_s`: how long InfluxDB asks us to wait.
    """

    def __init__(self, why: str, wait_s: float = 0.0) -> None:
        super().__init__(why)
        self.wait_s = min(wait_s, LONGEST_ASKED_WAIT_S)


@dataclass(frozen=True, slots=True)
class Destination:
    """Where the bucket is, and the file whose first line is a token for it."""

    url: str
    org: str
    bucket: str
    token_file: Path | None = None

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        assert settings.influx_url is not None
        return cls(
            settings.influx_url, settings.influx_org, settings.influx_bucket, settings.influx_token_file
        )

    def __str__(self) -> str:
        return f"{self.url}/{self.org}/{self.bucket}"

    def token(self) -> str:
        """Raises AwayError where the file holds none."""
        if self.token_file is None:
            raise AwayError("no token is set; VAKA_INFLUX_TOKEN_FILE names a file whose first line is one")
        try:
            token = self.token_file.read_text().partition("\n")[0].strip()
        except OSError as error:
            raise AwayError(f"the token in {self.token_file} can't be read: {error.strerror}") from None
        except UnicodeDecodeError:
            token = ""
        if not token or not token.isascii() or not token.isprintable():
            raise AwayError(f"the first line of {self.token_file} is no token")
        return token


def away(destination: Destination, error: ApiException | HTTPError) -> AwayError:
    """What an answer other than yes means, or what stood in the way of one."""
    if isinstance(error, ApiException):
        why = _status(destination, error.status, short(message_of(error)))
        return AwayError(why, _asked_wait_s(error))
    return AwayError(f"{destination.url} {_obstacle(error)}")


def _status(destination: Destination, status: int, message: str) -> str:
    url, org, bucket = destination.url, destination.org, destination.bucket
    token_file = destination.token_file
    match status:
        case 0:
            return f"{url} can't be spoken to over TLS: {message}"
        case 401:
            return f"{url} does not accept the token in {token_file}; it was revoked or never valid"
        case 403:
            return f"{url}: the token in {token_file} may not do that in the bucket {bucket!r}"
        case 404:
            return f"{url} has no bucket {bucket!r} in an organisation {org!r}: {message}"
        case 429 | 503:
            return f"{url} is too busy and asks us to wait"
        case _:
            return f"{url} answers {status}: {message}"


def message_of(error: ApiException) -> str:
    """InfluxDB's own words."""
    body = error.body if isinstance(error.body, str) else ""
    try:
        said = json.loads(body)["message"]
    except (ValueError, KeyError, TypeError):
        said = body or error.reason
    return str(said).strip()


def short(message: str) -> str:
    return message if len(message) <= 300 else message[:299] + "…"


def _asked_wait_s(error: ApiException) -> float:
    headers: Mapping[str, str] = error.headers or {}
    asked = headers.get("Retry-After", "")
    return float(asked) if asked.isdecimal() else 0.0


def _obstacle(error: HTTPError) -> str:
    """What stood in the way, as the end of a sentence."""
    match error:
        case NameResolutionError():
            return "has a name that nobody knows"
        case NewConnectionError() if "refused" in str(error):
            return "can't be reached: nobody listens there"
        case NewConnectionError():
            return "can't be reached"
        case NoAnswerError():
            return f"does not answer within {ANSWER_WITHIN_S:.0f} s"
        case ProtocolError():
            return "broke off the connection"
        case _:
            return f"can't be reached: {error}"
