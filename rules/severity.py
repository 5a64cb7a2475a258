"""How grave an alert is (IEC 60601-1-8's three priorities)."""

from __future__ import annotations

from typing import Literal

Severity = Literal["low", "medium", "high"]
SEVERITIES: tuple[Severity, ...] = ("low", "medium", "high")
