"""Pagers and whatever else listens on the house's own broker: a message to one of them by its name.

A pager is `vaka/<site>/pagers/<name>` and nothing else: whoever may write down a contact must not be able to
speak on the topics of sensors.
"""

from __future__ import annotations

import re

import msgspec

from hub.mqtt.announcer import Announcer
from hub.ways.way import TIMEOUT, Failed, Message

_NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")


class Pager:
    name = "pager"

    def __init__(self, announcer: Announcer) -> None:
        self._announcer = announcer

    def send(self, message: Message) -> Failed | None:
        why = why_unusable(message.address)
        if why is not None:
            return Failed(why, for_good=True)
        failed = self._announcer.publish(
            f"vaka/{message.site}/pagers/{message.address}", _page(message), retain=False, within=TIMEOUT
        )
        return None if failed is None else Failed(failed, for_good=False)


def why_unusable(address: str) -> str | None:
    """A sentence, where it can't be a pager's name."""
    if _NAME.fullmatch(address):
        return None
    return f"{address[:80]!r} is no pager's name; expected letters, digits, dots and dashes, e.g. pager-12"


def _page(message: Message) -> str:
    call = {
        "id": message.id,
        "urgent": message.urgent,
        "subject": message.subject,
        "alerts": message.alerts,
        "called_at": message.at,
        "test": message.proof,
    }
    return msgspec.json.encode(call).decode()
