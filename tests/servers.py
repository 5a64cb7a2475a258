"""Real servers and a real browser for the tests: started here, stopped here, never imitated.

What is absent on this machine is said through `absent()`: the test is skipped, and the end of the run lists
what was missing and how to get it. With CI=true the same absence is a failure.
"""

import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Error, Page, expect, sync_playwright

from tests.patience import PATIENCE, PATIENCE_MS

ROOT = Path(__file__).parent.parent
expect.set_options(timeout=PATIENCE_MS)
MOSQUITTO = shutil.which("mosquitto", path=os.environ.get("PATH", "") + ":/usr/sbin")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
CHROMIUM_FLAGS = [
    "--accept-lang=nb-NO",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
ABSENT: dict[str, str] = {}
"""What was asked for and is not on this machine → how to get it. Read at the end of the run."""


def absent(what: str, how_to_get: str) -> NoReturn:
    """End the test that needs `what`: a skip, or a failure where everything must be there (CI=true)."""
    ABSENT[what] = how_to_get
    message = f"{what} is absent: {how_to_get}"
    if os.environ.get("CI") == "true":
        pytest.fail(message, pytrace=False)
    pytest.skip(message)


def free_port() -> int:
    """A TCP port on 127.0.0.1 that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def listens(port: int) -> bool:
    """Whether somebody accepts connections on this port of 127.0.0.1."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


@dataclass
class Mosquitto:
    """A real Mosquitto on deploy/mosquitto/mosquitto.conf, in its own folder; a plain and a TLS listener.

    The accounts are those of an installation: `username` (hub) and `gateway_username` (a gateway).
    """

    folder: Path
    port: int = field(default_factory=free_port)
    tls_port: int = field(default_factory=free_port)
    username: str = "hub"
    password: str = field(default_factory=lambda: secrets.token_urlsafe(12))
    gateway_username: str = "gateway"
    gateway_password: str = field(default_factory=lambda: secrets.token_urlsafe(12))
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The plain listener, without the account."""
        return f"mqtt://127.0.0.1:{self.port}"

    @property
    def tls_url(self) -> str:
        """The TLS listener; its certificate is signed by `ca`."""
        return f"mqtts://localhost:{self.tls_port}"

    @property
    def ca(self) -> Path:
        """The certificate authority that clients must trust."""
        return self.folder / "certs" / "ca.crt"

    @property
    def password_file(self) -> Path:
        """Holds the hub's password, as VAKA_BROKER_PASSWORD_FILE wants it."""
        return self.folder / "broker_password"

    @property
    def log(self) -> str:
        """What the broker has said so far."""
        return (self.folder / "log").read_text(errors="replace")

    def prepare(self) -> None:
        """Lay out the folder as an installation has it; only the listeners' addresses differ."""
        deploy = ROOT / "deploy" / "mosquitto"
        for name in ("data", "run"):
            (self.folder / name).mkdir(parents=True)
        self.password_file.write_text(self.password + "\n")
        (self.folder / "gateway_password").write_text(self.gateway_password + "\n")
        shutil.copy(deploy / "acl", self.folder / "acl")
        subprocess.run(
            [ROOT / "deploy" / "certificates", self.folder / "certs", "localhost", "127.0.0.1"], check=True
        )
        conf, found = re.subn(
            r"(?m)^listener 8883$",
            f"listener {self.tls_port} 127.0.0.1",
            (deploy / "mosquitto.conf").read_text(),
        )
        assert found == 1, "mosquitto.conf has another listener than the one the tests move"
        conf += f"\nlistener {self.port} 127.0.0.1\n"
        if os.geteuid() == 0:
            conf += (
                "user root\n"  # else it becomes the user mosquitto, who may not write in the test's folder
            )
        (self.folder / "mosquitto.conf").write_text(conf)

    def start(self) -> None:
        """Start it, on what it kept; returns when it accepts connections."""
        accounts = {
            "VAKA_BROKER_PASSWORD_FILE": str(self.password_file),
            "VAKA_GATEWAY_PASSWORD_FILE": str(self.folder / "gateway_password"),
        }
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [ROOT / "deploy" / "mosquitto" / "start"],
                cwd=self.folder,
                env={**os.environ, **accounts},
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + PATIENCE
        while not (listens(self.port) and listens(self.tls_port)):
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"mosquitto did not start:\n{self.log}")
            time.sleep(0.01)

    def stop(self) -> None:
        """A clean stop: it saves what it holds."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """A power cut."""
        self._end(signal.SIGKILL)

    def restart(self) -> None:
        """A clean stop and a start on the same ports and data."""
        self.stop()
        self.start()

    def wait_until_saved(self) -> None:
        """Returns when all that it holds at this moment is on disk."""
        assert self.process is not None
        store = self.folder / "data" / "mosquitto.db"
        before = store.stat().st_mtime_ns if store.exists() else 0
        self.process.send_signal(signal.SIGUSR1)
        deadline = time.monotonic() + PATIENCE
        while not store.exists() or store.stat().st_mtime_ns == before:
            assert time.monotonic() < deadline, "mosquitto did not save"
            time.sleep(0.01)

    def _end(self, how: signal.Signals) -> None:
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(timeout=PATIENCE)
            self.process = None


def need_mosquitto() -> None:
    """Skip the calling test where there is no Mosquitto."""
    if MOSQUITTO is None:
        absent("Mosquitto", "as root: apt-get install mosquitto; systemctl disable --now mosquitto")


@contextmanager
def running_mosquitto(folder: Path) -> Iterator[Mosquitto]:
    """A broker of one's own in an empty `folder`, for fixtures of another scope."""
    need_mosquitto()
    broker = Mosquitto(folder)
    broker.prepare()
    broker.start()
    try:
        yield broker
    finally:
        broker.kill()


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[Mosquitto]:
    """A fresh, empty broker for one test."""
    with running_mosquitto(tmp_path / "mosquitto") as broker:
        yield broker


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One real Chromium for the whole run."""
    if CHROMIUM is None:
        absent("Chromium", "as root: apt-get install --no-install-recommends chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A fresh tab in Norwegian, in the home's time zone. What the page complains about fails the test."""
    complaints: list[str] = []

    def note_error(error: Error) -> None:
        complaints.append(f"script error: {error}")

    def note_console(message: ConsoleMessage) -> None:
        # "Failed to load resource" also tells of outages that a test makes on purpose.
        if message.type == "error" and "net::ERR_" not in message.text:
            complaints.append(f"console: {message.text}")

    context = chromium.new_context(locale="nb-NO", timezone_id="Europe/Oslo")
    tab = context.new_page()
    tab.set_default_timeout(PATIENCE_MS)
    tab.on("pageerror", note_error)
    tab.on("console", note_console)
    yield tab
    context.close()
    assert not complaints
