"""Where the broker is, how we are let in, and what its refusals mean in words a technician can act on."""

from __future__ import annotations

import socket
import ssl
from pathlib import Path
from typing import Self

import msgspec
from paho.mqtt.reasoncodes import ReasonCode

from hub.settings import Settings


class BrokerAccess(msgspec.Struct, frozen=True):
    """An address and the files that open it. They are read at each connection."""

    host: str
    port: int
    tls: bool = False
    username: str | None = None
    password_file: Path | None = None
    ca: Path | None = None

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        host, port, tls, user = settings.broker_address
        return cls(host, port, tls, user, settings.broker_password_file, settings.broker_ca)

    def __str__(self) -> str:
        return f"{'mqtts' if self.tls else 'mqtt'}://{self.host}:{self.port}"

    def password(self) -> str | None:
        """The first line of the password file. OSError where it can't be read."""
        if self.password_file is None:
            return None
        return self.password_file.read_text().partition("\n")[0].rstrip("\r")

    def tls_context(self) -> ssl.SSLContext | None:
        """The broker must prove its name to us. OSError where `ca` can't be read."""
        return ssl.create_default_context(cafile=self.ca) if self.tls else None

    def why_unreachable(self, error: OSError) -> str:
        """A sentence for what stood in the way of a connection."""
        if isinstance(error, ssl.SSLCertVerificationError):
            signer = (
                f"one signed by {self.ca}" if self.ca else "one signed by an authority that this system knows"
            )
            return f"{self} has a certificate that is not trusted ({error.verify_message}); expected {signer}"
        if isinstance(error, ssl.SSLError) and error.filename is None and error.reason:
            return f"{self} and we found no common way to encrypt ({error.reason.replace('_', ' ').lower()})"
        if isinstance(error, socket.gaierror):
            return f"{self}: the name {self.host} is not known ({error.strerror})"
        if isinstance(error, ConnectionRefusedError):
            return f"{self}: nobody listens there"
        if isinstance(error, TimeoutError):
            return f"{self} does not answer"
        if error.filename is not None:
            return f"{error.filename} can't be read: {error.strerror}"
        return f"{self} can't be reached: {error.strerror or error}"

    def why_refused(self, reason: ReasonCode) -> str:
        """A sentence for the reason code of a refused connection."""
        words = str(reason)
        if words in ("Bad user name or password", "Not authorized"):
            user = (
                f"the user {self.username!r} with the password in {self.password_file}"
                if self.username
                else "us without a user"
            )
            return f"{self} does not let in {user}: {words}"
        return f"{self} refuses the connection: {words}"
