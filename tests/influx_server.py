"""A real InfluxDB 2 for the tests: built by tools/build-influxd, started and stopped here, never imitated."""

import json
import secrets
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Self
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest

from tests.patience import PATIENCE
from tests.servers import ROOT, absent, free_port

BUILD = ROOT / "tools" / "build-influxd"


@dataclass
class InfluxDB:
    """A real influxd in its own folder, on a port that stays the same over restarts.

    `token` may do everything; `write_token()` makes one as an installation has it.
    """

    binary: Path
    folder: Path
    port: int = field(default_factory=free_port)
    org: str = "vaka"
    bucket: str = "vaka"
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        """What the server has said so far."""
        return (self.folder / "log").read_text(errors="replace")

    def start(self) -> None:
        """Start it, on what it kept; returns when it answers."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [
                    self.binary,
                    f"--bolt-path={self.folder / 'influxd.bolt'}",
                    f"--sqlite-path={self.folder / 'influxd.sqlite'}",
                    f"--engine-path={self.folder / 'engine'}",
                    f"--http-bind-address=127.0.0.1:{self.port}",
                    "--reporting-disabled",
                ],
                cwd=self.folder,
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + PATIENCE
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"influxd did not start:\n{self.log}")
            time.sleep(0.02)

    def set_up(self) -> None:
        """The first user, organisation, bucket and token, as the server asks for once."""
        self.request(
            "POST",
            "/api/v2/setup",
            {
                "username": "vaka",
                "password": secrets.token_urlsafe(12),
                "org": self.org,
                "bucket": self.bucket,
                "token": self.token,
            },
        )

    def stop(self) -> None:
        """A clean stop."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """A power cut."""
        self._end(signal.SIGKILL)

    def restart(self) -> None:
        """A clean stop and a start on the same port and data."""
        self.stop()
        self.start()

    def write_token(self) -> tuple[str, str]:
        """(id, token) of a token that may write into the bucket and nothing else."""
        found = self._bucket()
        resource = {"type": "buckets", "id": found["id"], "orgID": found["orgID"]}
        made = self.request(
            "POST",
            "/api/v2/authorizations",
            {"orgID": found["orgID"], "permissions": [{"action": "write", "resource": resource}]},
        )
        return made["id"], made["token"]

    def revoke(self, token_id: str) -> None:
        self.request("DELETE", f"/api/v2/authorizations/{token_id}")

    def keep_for(self, time_kept: timedelta) -> None:
        """Let the bucket forget what is older."""
        rule = {
            "type": "expire",
            "everySeconds": int(time_kept.total_seconds()),
            "shardGroupDurationSeconds": 3600,
        }
        self.request("PATCH", f"/api/v2/buckets/{self._bucket()['id']}", {"retentionRules": [rule]})

    def another_bucket(self, name: str) -> Self:
        """The same server, seen from a new, empty bucket."""
        self.request("POST", "/api/v2/buckets", {"name": name, "orgID": self._bucket()["orgID"]})
        return replace(self, bucket=name)

    def points(self) -> list[tuple[str, dict[str, str], object, int]]:
        """Every point in the bucket, oldest first: (measurement, tags, value, time in ns)."""
        found = []
        # One measurement at a time: over several, InfluxQL passes over those with values of another type.
        for measurement in self._query("SHOW MEASUREMENTS"):
            for (name,) in measurement["values"]:
                for series in self._query(f'SELECT value FROM "{name}" GROUP BY *'):
                    tags = {tag: text for tag, text in series["tags"].items() if text}
                    found += [(name, tags, value, at) for at, value in series["values"]]
        return sorted(found, key=lambda point: point[3])

    def rows(self, measurement: str) -> list[tuple[dict[str, str], dict[str, object], int]]:
        """The points of a measurement with several fields, oldest first: (tags, fields, time in ns)."""
        found = []
        for series in self._query(f'SELECT * FROM "{measurement}" GROUP BY *'):
            tags = {tag: text for tag, text in series["tags"].items() if text}
            for at, *values in series["values"]:
                fields = dict(zip(series["columns"][1:], values, strict=True))
                found.append((tags, {name: v for name, v in fields.items() if v is not None}, at))
        return sorted(found, key=lambda row: row[2])

    def series(self) -> list[str]:
        """Each series of the bucket: its measurement and its tags."""
        return [row[0] for series in self._query("SHOW SERIES") for row in series["values"]]

    def _bucket(self) -> dict[str, Any]:
        found: dict[str, Any] = self.request("GET", f"/api/v2/buckets?name={self.bucket}")["buckets"][0]
        return found

    def _query(self, influxql: str) -> list[dict[str, Any]]:
        asked = urlencode({"db": self.bucket, "epoch": "ns", "q": influxql})
        series: list[dict[str, Any]] = self.request("GET", f"/query?{asked}")["results"][0].get("series", [])
        return series

    def request(self, method: str, path: str, body: object = None) -> Any:
        """One call of the server's API with the token that may do everything. Raises HTTPError."""
        request = Request(
            self.url + path,
            data=None if body is None else json.dumps(body).encode(),
            method=method,
            headers={
                "Authorization": f"Token {self.token}",
                "Content-Type": "application/json",
                "Accept": "application/json",
            },
        )
        with urlopen(request, timeout=PATIENCE) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def _answers(self) -> bool:
        try:
            self.request("GET", "/health")
        except (HTTPError, URLError, ConnectionError):
            return False
        return True

    def _end(self, how: signal.Signals) -> None:
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(timeout=PATIENCE)
            self.process = None


def influxd() -> Path:
    """Where the server's binary is, or would be."""
    return Path(subprocess.run([BUILD, "--where"], capture_output=True, text=True, check=True).stdout.strip())


def need_influxd() -> Path:
    """The server's binary; skip the calling test where it was not built."""
    binary = influxd()
    if not binary.exists():
        absent("InfluxDB", "tools/build-influxd (builds it from source, once, in some ten minutes)")
    return binary


@contextmanager
def running_influxdb(folder: Path) -> Iterator[InfluxDB]:
    """A server of one's own in an empty `folder`, for fixtures of another scope."""
    server = InfluxDB(need_influxd(), folder)
    server.start()
    try:
        server.set_up()
        yield server
    finally:
        server.kill()


@pytest.fixture
def influxdb(tmp_path: Path) -> Iterator[InfluxDB]:
    """A fresh, empty server for one test."""
    with running_influxdb(tmp_path / "influxdb") as server:
        yield server
