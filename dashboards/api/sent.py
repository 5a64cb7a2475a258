"""What the bodies of all calls have in common: a field that nobody knows is refused, where it is misspelt it
would be lost without a word.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Sent(BaseModel):
    model_config = ConfigDict(extra="forbid")
