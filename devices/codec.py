"""A vendor's own TS013 JavaScript codec for LoRaWAN payloads that no network server has decoded."""

from __future__ import annotations

from typing import Any


class Codecs:
    """No codec is known: an uplink without decoded object tells only that the device was heard."""

    def decode(
        self, model: str, device: str, port: object, data: object, errors: list[str]
    ) -> dict[str, Any] | None:
        del model, device, port
        if data:
            errors.append("the payload is not decoded, and no codec is known for the device")
        return None
