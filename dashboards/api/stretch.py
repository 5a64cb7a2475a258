"""A stretch of time, as calls tell it."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel


class StretchOut(BaseModel):
    since: datetime
    until: datetime
