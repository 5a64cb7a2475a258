"""The nights as the pictures draw them beside what the people in the real recordings wrote down:
`python -m tests.recordings.nights` prints the table of docs/figures.md.
"""

import tempfile
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from dashboards.pictures.nights import Night, nights_of
from hub.heard import devices_of
from hub.history.embedded import EmbeddedHistory
from hub.night_signs import night_signs
from rules.nights import Whereabouts, night_of
from rules.stretches import Stretch, joined, length, within
from rules.wording import Voice
from tests.recordings.labels import IN_BED, IN_THE_BATHROOM, absences, spans
from tests.recordings.lived import RecordedHouse
from tests.recordings.real_homes import AL_HOME, HOUSE_C, Home

BATHROOM = (*IN_THE_BATHROOM, "Bed_Toilet_Transition")
DRAWN: dict[str, tuple[Whereabouts, ...]] = {
    "asleep": ("in_bed", "still"),
    "bathroom": ("bathroom",),
    "out": ("out",),
}
HEAD = """\
| Home | Nights | What | By the labels | Drawn | Of the labels drawn so | Of the drawn labelled so |
|---|---|---|---|---|---|---|"""


class Agreement(NamedTuple):
    """Hours over all nights, 20 to 10. `both`: labelled and drawn so."""

    home: str
    nights: int
    what: str
    labelled: float
    drawn: float
    both: float

    @property
    def found(self) -> float:
        return self.both / self.labelled if self.labelled else 0.0

    @property
    def right(self) -> float:
        return self.both / self.drawn if self.drawn else 0.0

    def row(self) -> str:
        cells = (
            self.home,
            self.nights,
            self.what,
            f"{self.labelled:.1f} h",
            f"{self.drawn:.1f} h",
            f"{100 * self.found:.0f} %" if self.labelled else "-",
            f"{100 * self.right:.0f} %" if self.drawn else "-",
        )
        return "| " + " | ".join(str(cell) for cell in cells) + " |"


def drawn_nights(house: RecordedHouse, home: Home) -> list[Night]:
    """Every night that lies within the recording, as the page draws it."""
    first, last = (house.at(end) for end in (0, -1))
    zone = house.site.zone
    voice = Voice("en", zone, last)
    history = EmbeddedHistory(house.connection, house.settings.database, house.site)
    devices = devices_of(house.site, house.site.rooms[0].id, house.site.residents[0].id)
    found: list[Night] = []
    month = first.astimezone(zone).date().replace(day=1)
    while month <= last.astimezone(zone).date():
        after = (month + timedelta(days=32)).replace(day=1)
        since, until = night_of(month, zone).since, min(night_of(after - timedelta(days=1), zone).until, last)
        signs = night_signs(house.connection, history, house.site, devices, since, until)
        found += nights_of(month, signs, voice)
        month = after
    return [one for one in found if first <= one.whole.since and one.whole.until <= last]


def agreement(home: Home) -> list[Agreement]:
    with tempfile.TemporaryDirectory() as folder:
        house = RecordedHouse(Path(folder), home)
        nights = drawn_nights(house, home)
        house.connection.close()
    labelled: dict[str, list[tuple[datetime, datetime]]] = {
        "asleep": spans(home, IN_BED),
        "bathroom": spans(home, BATHROOM),
        "out": absences(home),
    }
    name = home.recording.rpartition("/")[2]
    return [_of(name, nights, what, joined(Stretch(*one) for one in labelled[what])) for what in DRAWN]


def _of(name: str, nights: list[Night], what: str, labels: Collection[Stretch]) -> Agreement:
    drawn_all, labelled_all, both = timedelta(0), timedelta(0), timedelta(0)
    for night in nights:
        since, until = (at.astimezone(UTC) for at in night.whole)
        drawn = joined(Stretch(s.since, s.until) for s in night.spells if s.where in DRAWN[what])
        labelled = within(labels, since, until)
        drawn_all += length(drawn)
        labelled_all += length(labelled)
        both += length(piece for one in labelled for piece in within(drawn, *one))
    hours = (one / timedelta(hours=1) for one in (labelled_all, drawn_all, both))
    return Agreement(name, len(nights), what, *hours)


def table() -> str:
    return "\n".join([HEAD, *(one.row() for home in (HOUSE_C, AL_HOME) for one in agreement(home))])


if __name__ == "__main__":
    print(table())
