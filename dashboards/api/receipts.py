"""What a phone says of a message that came to it. The message brought the proof along: nobody has to be
signed in for it, and it lets nobody in.
"""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Request

from dashboards.api.refusal import Refusal, RefusedError, refused_as
from dashboards.api.sent import Sent
from dashboards.visit import AnyHouse, Database, clock_of, settings_of, signed_in_here
from hub.phones import NotCounted, note_receipt, proven
from hub.ways.push_receipts import ReceiptMarks

api = APIRouter(prefix="/api/v1/receipts")


class ReceiptIn(Sent):
    receipt: Literal["delivered", "seen"]


_NOT_COUNTED: dict[NotCounted, str] = {
    "not_ours": "that is no receipt for a message of this house to whose phone this is",
    "too_old": "the message is too old for that",
    "closed_before": "the alert was over long before",
}


@api.post("/{token}", status_code=204, responses={403: {"model": Refusal}})
def note_receipt_of(
    request: Request, connection: Database, house: AnyHouse, token: str, said: ReceiptIn | None = None
) -> None:
    """The message is on the phone, or somebody tapped on it. Old ones count for nothing, nor those of whoever
    had the phone before; a tap while somebody else is signed in there is not the look of who was called.
    """
    site, now = house.site.site, clock_of(request).now()
    marks = ReceiptMarks(settings_of(request).data)
    if proven(connection, site, marks, token) is None:
        raise RefusedError(403, _NOT_COUNTED["not_ours"], "not_ours")
    if said is None:
        raise refused_as("no_receipt")
    who = signed_in_here(request, connection, site, now)
    why = note_receipt(connection, site, marks, token, said.receipt, who, now)
    if why is not None:
        raise RefusedError(403, _NOT_COUNTED[why], why)
