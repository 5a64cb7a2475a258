"""A push service on this machine, as RFC 8030 has it, over TLS; and phones that read what it took.

Written from the RFCs with nothing but primitives of cryptography: it shares no code with what it tests.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import ssl
import subprocess
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import Any, NamedTuple

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.patience import HANGS_FOR
from tests.servers import ROOT

CURVE = ec.SECP256R1()


def octets(text: str) -> bytes:
    """From base64url without padding."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


def point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


class Device(NamedTuple):
    """A browser's half of a subscription."""

    key: ec.EllipticCurvePrivateKey
    auth: bytes

    @property
    def public(self) -> bytes:
        return point(self.key.public_key())

    def reads(self, body: bytes) -> bytes:
        """RFC 8291, 3.4, and RFC 8188, 2: one record."""
        salt, record_size, length = body[:16], int.from_bytes(body[16:20], "big"), body[20]
        theirs, sealed = body[21 : 21 + length], body[21 + length :]
        assert len(sealed) <= record_size
        shared = self.key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(CURVE, theirs))
        info = b"WebPush: info\x00" + self.public + theirs + b"\x01"
        secret = _hmac(salt, _hmac(_hmac(self.auth, shared), info))
        key = _hmac(secret, b"Content-Encoding: aes128gcm\x00\x01")[:16]
        nonce = _hmac(secret, b"Content-Encoding: nonce\x00\x01")[:12]
        padded = AESGCM(key).decrypt(nonce, sealed, None)
        said = padded.rstrip(b"\x00")
        assert said[-1:] == b"\x02", "the last record ends with its delimiter"
        return said[:-1]


def _hmac(key: bytes, message: bytes) -> bytes:
    return hmac.digest(key, message, hashlib.sha256)


def new_device() -> Device:
    return Device(ec.generate_private_key(CURVE), secrets.token_bytes(16))


class Claims(NamedTuple):
    claims: dict[str, Any]
    key: str


def vapid(authorization: str) -> Claims:
    """RFC 8292: the signed claims, once the signature fits the key that comes with them."""
    scheme, _, rest = authorization.partition(" ")
    assert scheme == "vapid"
    parts = dict(part.strip().split("=", 1) for part in rest.split(","))
    head, claims, signature = parts["t"].split(".")
    assert json.loads(octets(head)) == {"typ": "JWT", "alg": "ES256"}
    raw = octets(signature)
    assert len(raw) == 64
    der = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    public = ec.EllipticCurvePublicKey.from_encoded_point(CURVE, octets(parts["k"]))
    public.verify(der, f"{head}.{claims}".encode(), ec.ECDSA(SHA256()))  # raises where it does not fit
    return Claims(json.loads(octets(claims)), parts["k"])


@dataclass
class PushService:
    """What it took, by path, and what it answers: 201 unless told otherwise, on slow paths not before it is
    let go.
    """

    port: int
    ca: Path
    taken: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    answers: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    default: int = 201
    slow: set[str] = field(default_factory=set)
    let_go: Event = field(default_factory=Event)

    def endpoint(self, name: str) -> str:
        return f"https://localhost:{self.port}/push/{name}"


@contextmanager
def push_service(folder: Path) -> Iterator[PushService]:
    """A certificate for localhost of its own making, and a listener."""
    subprocess.run([ROOT / "deploy" / "certificates", folder, "localhost"], check=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.crt", folder / "server.key")

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            service.taken.append((self.path, {k.lower(): v for k, v in self.headers.items()}, body))
            if self.path in service.slow:
                service.let_go.wait(HANGS_FOR)
            otherwise = (service.default, {"Location": "/message/1"})
            status, headers = service.answers.pop(0) if service.answers else otherwise
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Nothing is printed."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    service = PushService(server.server_port, folder / "ca.crt")
    thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield service
    finally:
        service.let_go.set()
        server.shutdown()
        server.server_close()
        thread.join()
