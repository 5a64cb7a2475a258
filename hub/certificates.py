"""Until when the certificates are good by which sensors reach the broker and people the pages: looked up now
and then, kept as rows.
"""

from __future__ import annotations

import socket
import ssl
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from cryptography import x509

from hub.settings import Settings
from hub.store import certificates
from hub.store.db import connect, transaction

ANSWER_WITHIN_S = 5.0
EXPIRES_SOON = timedelta(days=21)
"""[default] Three weeks to renew one, over a holiday too."""


class Server(NamedTuple):
    """`name`: 'broker' or 'pages'. `authority`: a file of our own, None for those that the system trusts."""

    name: str
    host: str
    port: int
    authority: Path | None


def look(settings: Settings, at: datetime) -> str:
    """Look at each that there is; says what could not be reached."""
    silent = []
    for server in servers(settings):
        try:
            expires = expiry_of(server)
        except (OSError, ValueError) as error:
            silent.append(f"{server.name} can't be asked: {error}")
            continue
        with closing(connect(settings.database)) as connection, transaction(connection):
            certificates.put(connection, server.name, expires, at)
    return "; ".join(silent) or "all seen"


def servers(settings: Settings) -> list[Server]:
    found = []
    broker = settings.broker_address
    if broker.tls:
        found.append(Server("broker", broker.host, broker.port, settings.broker_ca))
    pages = urlsplit(settings.web_address or "")
    if pages.scheme == "https" and pages.hostname:
        found.append(Server("pages", pages.hostname, pages.port or 443, None))
    return found


def expiry_of(server: Server) -> datetime:
    """Of the certificate that it shows, also one that is over or of an authority we don't know. Raises
    OSError.
    """
    context = ssl.create_default_context(cafile=None if server.authority is None else str(server.authority))
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    address = (server.host, server.port)
    with (
        socket.create_connection(address, ANSWER_WITHIN_S) as plain,
        context.wrap_socket(plain, server_hostname=server.host) as secured,
    ):
        shown = secured.getpeercert(binary_form=True)
    assert shown is not None, "a server always shows one"
    return x509.load_der_x509_certificate(shown).not_valid_after_utc.astimezone(UTC)
