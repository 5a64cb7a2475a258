"""What leaders are told of a month's report. It may stand on a lock screen: no figure, no person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from rules.wording.times import month as month_in_words
from rules.wording.voice import Language, Words, say


def subject(language: Language) -> str:
    return say(("Månedens varsler", "The month's alarms"), language)


def body(units: Sequence[str], month: str, address: str | None, language: Language) -> str:
    """`units`: their names. `month`: `2026-10`, the newest. `address`: where the reports are."""
    name = month_in_words(date.fromisoformat(f"{month}-01"), language)
    said = say(_READY, language, month=name, units=", ".join(units))
    return f"{said}\n{address}\n" if address else f"{said}\n"


_READY: Words = (
    "Rapporten om varselkvalitet for {month} er klar: {units}. Åpne Vaka for å lese den.",
    "The report of how good the alarms were in {month} is ready: {units}. Open Vaka to read it.",
)
