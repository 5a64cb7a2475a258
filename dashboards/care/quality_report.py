"""A unit's alarms of a month as a document: the same for whoever prints it and for the archive."""

from __future__ import annotations

import json
from typing import Any

from dashboards.care.quality_view import Period, Reader, view
from dashboards.pages import render
from dashboards.pdf import pdf
from rules.alarm_quality import Quality


def report_of(reader: Reader, quality: Quality, over: Period, whose: str) -> bytes:
    """`whose`: the unit's name, empty of the whole house."""
    values = {"period": over, "whose": whose, "shown": view(reader, quality), "quality": quality}
    house = reader.house.site.name
    said: dict[str, Any] = json.loads(
        render(reader.language, "care/_quality_document.json", house=house, **values)
    )
    return pdf("alarm_quality", {"language": reader.language, **said}, reader.now)
