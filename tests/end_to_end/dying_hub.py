"""A real hub that is killed at a chosen moment: `python -m tests.end_to_end.dying_hub MOMENT COUNT`.

MOMENT is `before_commit`, `after_commit` (committed, not acknowledged) or `after_acknowledgement`; the
process sends itself SIGKILL at the COUNT-th such moment. Everything else is the hub as it is.
"""

import os
import signal
import sys
from collections.abc import Sequence

from hub import run as hub_run
from hub.mqtt.inbox import Item
from hub.settings import read_settings
from hub.store import db


def main(moment: str, count: int) -> None:
    left = count

    def one_more() -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    hub_run.BATCH = 10  # a commit each few messages: more places to die at
    settings = read_settings()
    connection = db.connect(settings.database)
    site = connection.execute("SELECT site FROM site_version").fetchone()[0]
    connection.close()
    hub = hub_run.Hub(settings, site)
    if moment == "before_commit":

        def look(statement: str) -> None:
            if statement.startswith("COMMIT"):
                one_more()

        hub._connection.set_trace_callback(look)
    else:
        acknowledge = hub.gateway.acknowledge

        def acknowledge_and_die(items: Sequence[Item]) -> None:
            if moment == "after_commit":
                one_more()
            acknowledge(items)
            if moment == "after_acknowledgement":
                one_more()

        hub.gateway.acknowledge = acknowledge_and_die  # type: ignore[method-assign]
    hub.run()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
