"""`python -m dashboards`: serve the pages, as the VAKA_* settings say."""

from __future__ import annotations

import resource
import sys

import uvicorn

from dashboards.app import create_app
from dashboards.connection import Connection
from hub.settings import SettingsError, read_settings

GRACE_S = 2
"""Open boards are streams that never end by themselves; after this they are cut off and connect anew."""


def main() -> int:
    try:
        settings = read_settings()
    except SettingsError as error:
        print(f"vaka web: {error}", file=sys.stderr)
        return 1
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(
        resource.RLIMIT_NOFILE, (most, most)
    )  # each open board is a file; 1024 is soon reached
    uvicorn.run(
        create_app(settings),
        host=settings.web_host,
        port=settings.web_port,
        http=Connection,
        ws="none",
        # Who says for whom he asks is not believed, the house's own proxy aside: the brake counts by address.
        proxy_headers=settings.web_proxy is not None,
        forwarded_allow_ips=settings.web_proxy or [],
        access_log=False,  # who saw what is in the audit trail
        timeout_graceful_shutdown=GRACE_S,
        log_level="warning",
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
