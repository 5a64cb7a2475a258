"""How every call says no."""

from __future__ import annotations

from pydantic import BaseModel


class Refusal(BaseModel):
    detail: str
