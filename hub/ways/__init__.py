"""The ways by which people outside the board are reached, one file each."""

from __future__ import annotations

from collections.abc import Callable

from hub.ways import email, messenger, pager, webhook, webpush

ADDRESSES: dict[str, Callable[[str], str | None]] = {
    "email": email.why_unusable,
    "messenger": messenger.why_unusable,
    "pager": pager.why_unusable,
    "webhook": webhook.why_unusable,
    "webpush": webpush.why_unusable,
}
"""What an address of each way must be like: a sentence where it can't be one."""
