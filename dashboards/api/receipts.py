"""What a phone says of a message that came to it. The message brought the proof along: nobody has to be
signed in for it, and it lets nobody in.
"""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, HTTPException, Request
from pydantic import BaseModel

from dashboards.api.refusal import Refusal
from dashboards.visit import AnyHouse, Database, clock_of, settings_of
from hub.phones import note_receipt
from hub.ways.push_key import PushKey

api = APIRouter(prefix="/api/v1/receipts")


class ReceiptIn(BaseModel):
    receipt: Literal["delivered", "seen"]


@api.post("/{token}", status_code=204, responses={403: {"model": Refusal}})
def note_receipt_of(
    request: Request, connection: Database, house: AnyHouse, token: str, said: ReceiptIn | None = None
) -> None:
    """The message is on the phone, or somebody tapped on it."""
    site = house.site.site
    proven = PushKey(settings_of(request).data).receipt_of(site, token)
    if proven is None:
        raise HTTPException(403, "that is no receipt for a message of this house")
    if said is None:
        raise HTTPException(422, "what is it that the phone says? Expected delivered or seen")
    note_receipt(connection, site, proven, said.receipt, clock_of(request).now())
