"""A house whose history is a recording: as a hub would have kept it, had it been there."""

from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

from hub.commands.backtest import by_site_names
from hub.recording_file import Recording
from tests.recordings.real_homes import Home
from tests.web.house import House
from tests.web.lived_in import Said, keep_in_history


class RecordedHouse(House):
    """`weeks_later`: by the clock on the wall, so that a week then is a week now."""

    def __init__(self, data: Path, home: Home, weeks_later: int = 0) -> None:
        super().__init__(data, home.site.read_text("utf-8"))
        strangers: Counter[str] = Counter()
        told = by_site_names(self.site, Recording(home.file(), self.site.zone), strangers)
        later = timedelta(weeks=weeks_later)
        kept: list[Said] = [(_moved(one.at, later, self), one.device, one.measure, one.value) for one in told]
        assert not strangers
        kept.sort(key=lambda said: said[0])
        self._ends = kept[0][0], kept[-1][0]
        keep_in_history(self, kept)

    def at(self, end: int) -> datetime:
        """Of the first word (0) or of the last (-1)."""
        return self._ends[end]


def _moved(at: datetime, later: timedelta, house: House) -> datetime:
    local = at.astimezone(house.site.zone)
    return (
        at
        if not later
        else (local.replace(tzinfo=None) + later).replace(tzinfo=house.site.zone).astimezone(at.tzinfo)
    )
