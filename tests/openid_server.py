"""A real OpenID provider (oidc-provider, by Node) for the tests: started here, stopped here."""

import secrets
import shutil
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.patience import PATIENCE
from tests.servers import ROOT, absent, free_port

NODE = shutil.which("node") or shutil.which("node", path=str(ROOT / ".venv" / "bin"))
OLDEST_NODE = 20
"""What the provider's cryptography needs."""
PACKAGE = ROOT / "dashboards" / "node_modules" / "oidc-provider"


class OpenidProvider:
    """`pages`: where Vaka is. It forgets everything, and has another key, each time it starts."""

    def __init__(self, pages: str) -> None:
        self.port, self.pages, self.secret = free_port(), pages, secrets.token_urlsafe(24)
        self.issuer = f"http://localhost:{self.port}"
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        assert NODE is not None
        script = Path(__file__).parent / "web" / "openid_provider.mjs"
        self._process = subprocess.Popen(
            [NODE, script, str(self.port), self.pages, self.secret],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self._process.stdout is not None
        assert any("listening" in line for line in self._process.stdout), "the provider did not start"

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate(timeout=PATIENCE)
            self._process = None

    def lies(self, about: str) -> None:
        """In the next ID token, or on the next way back to Vaka."""
        urllib.request.urlopen(f"{self.issuer}/lies/{about}", timeout=PATIENCE).close()


def major(node: str) -> int:
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
    return int(said.removeprefix("v").partition(".")[0])


@contextmanager
def running_provider(pages: str) -> Iterator[OpenidProvider]:
    if NODE is None or not PACKAGE.exists() or major(NODE) < OLDEST_NODE:
        absent("the OpenID provider (oidc-provider)", f"Node {OLDEST_NODE} or newer, then make assets")
    provider = OpenidProvider(pages)
    provider.start()
    try:
        yield provider
    finally:
        provider.stop()
