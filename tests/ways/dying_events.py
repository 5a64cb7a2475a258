"""A real post of events that is killed after its COUNT-th send, before anything is marked:
`python -m tests.ways.dying_events FOLDER HOST COUNT`. COUNT 0: never; it ends with 0 when nothing waits.
"""

import os
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any

from hub.clock import WallClock
from hub.settings import Settings
from hub.site.file import SiteFile, read_site
from hub.store.db import connect
from hub.threads import Threads
from hub.ways import courier
from hub.ways.events import EventPost, EventWay
from hub.ways.way import Failed, Message
from tests.ways.dying_summoner import Death


def post(folder: Path, host: str, count: int) -> None:
    death, settings = Death(count), Settings(data=folder, webhook_hosts=host)
    send: Any = EventWay.send

    def dying(self: EventWay, message: Message) -> Failed | None:
        failed: Failed | None = send(self, message)
        death.looks()
        return failed

    EventWay.send = dying  # type: ignore[method-assign]
    courier.LOOK_AGAIN = 0.1
    with closing(connect(settings.database)) as connection:
        document = connection.execute("SELECT document FROM site_version ORDER BY id DESC").fetchone()[0]
        file = read_site(document, "the site")
        assert isinstance(file, SiteFile)
        EventPost(settings, lambda: file.site, WallClock(), Threads()).start()
        while connection.execute("SELECT 1 FROM event_message WHERE next_at IS NOT NULL").fetchone():
            time.sleep(0.01)
    os._exit(0)


if __name__ == "__main__":
    post(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
