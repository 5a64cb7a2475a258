"""Until when a server's certificate is good is seen from outside, also when it is over or nobody knows it."""

import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from socket import create_server

import pytest

from hub.certificates import Server, expiry_of, look, servers
from hub.settings import Settings
from hub.store import certificates
from hub.store.db import connect
from tests.servers import ROOT

NOW = datetime.now(UTC)


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """The certificates that an installation makes for its broker."""
    folder = tmp_path / "certificates"
    subprocess.run([ROOT / "deploy" / "certificates", folder, "127.0.0.1"], check=True)
    return folder


@pytest.fixture
def port(made: Path) -> Iterator[int]:
    """A TLS server that shows the broker's."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made / "server.crt", made / "server.key")
    with create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            while True:
                try:
                    plain, _ = listening.accept()
                except OSError:
                    return
                try:
                    context.wrap_socket(plain, server_side=True).close()
                except OSError:
                    plain.close()

        threading.Thread(target=serve, daemon=True).start()
        yield listening.getsockname()[1]


def test_the_broker_s_certificate_is_looked_at_and_kept(tmp_path: Path, made: Path, port: int) -> None:
    settings = Settings(data=tmp_path, broker=f"mqtts://127.0.0.1:{port}", broker_ca=made / "ca.crt")
    assert look(settings, NOW) == "all seen"
    with closing(connect(settings.database)) as connection:
        (found,) = certificates.everything(connection)
    assert (found.name, found.seen_at) == ("broker", NOW)
    assert abs(found.expires_at - NOW - timedelta(days=825)) < timedelta(days=1)


def test_one_that_nobody_vouches_for_has_an_end_all_the_same(port: int) -> None:
    assert expiry_of(Server("pages", "127.0.0.1", port, None)) > NOW


def test_a_server_that_is_away_is_said_and_nothing_is_kept(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, broker="mqtts://127.0.0.1:1", web_address="https://127.0.0.1:1/")
    assert [(s.name, s.port) for s in servers(settings)] == [("broker", 1), ("pages", 1)]
    assert look(settings, NOW).startswith("broker can't be asked")
    assert servers(Settings(data=tmp_path)) == [], "without TLS there is nothing to look at"
