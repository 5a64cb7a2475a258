"""Whom the watchman tells that Vaka is down, in which words, by which ways: its own, and those of the people
on duty as the database last said.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from pathlib import Path

import apprise

from hub.clock import Clock
from hub.settings import Settings
from hub.summoner import configured_ways
from hub.watch.state import Reachable
from hub.ways.deadline import in_time
from hub.ways.way import Message, Way
from rules.building import Site
from rules.watch import NOBODY, Heard, News
from rules.wording.voice import Language, Voice
from rules.wording.watch import body, subject

log = logging.getLogger(__name__)


def circles(known: Iterable[Reachable], now: datetime) -> list[list[Reachable]]:
    """The night patrol and the leaders on duty; where there are none, or none of them can be reached, the
    carers on duty; then the leaders whom the site names, and without them everybody. Nobody twice by one way:
    one that hangs would keep those who come next waiting.
    """
    everybody = list(known)
    on_duty = [
        one
        for one in everybody
        if one.starts_at is not None and one.ends_at is not None and one.starts_at <= now < one.ends_at
    ]
    named = [one for one in everybody if one.starts_at is None]
    groups = (
        [one for one in on_duty if one.function in ("night_patrol", "leader")],
        on_duty,
        [one for one in named if one.function == "leader"],
        named,
    )
    found, tried = [], set[tuple[str, str]]()
    for group in groups:
        circle = {(one.way, one.address): one for one in group if (one.way, one.address) not in tried}
        tried |= circle.keys()
        if circle:
            found.append(list(circle.values()))
    return found


class Teller:
    """Its own ways come from a file of Apprise addresses, read at each message. Not for the watchman's own
    thread: a way may take its time.
    """

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._own = settings.watch_to_file
        self._address = settings.web_address
        self._ways: dict[str, Way] = {}
        self._clock = clock
        try:
            self._ways = {way.name: way for way in configured_ways(settings, clock)}
        except OSError as error:
            log.error("the house's own ways can't be used: %s", error)

    def tell(self, site: Site, news: News, people: Iterable[Reachable], before: Heard = NOBODY) -> Heard:
        """`before`: who has taken it already, and is left alone. Returns who has now. Its own addresses and
        the people at the same time: neither waits for what hangs of the other.
        """
        now, around = self._clock.now(), circles(people, self._clock.now())
        with ThreadPoolExecutor(1, "own-addresses") as beside:
            own = None if before.own else beside.submit(self._tell_own, site, news, now)
            by_people = before.people or any(self._tell_circle(site, news, circle, now) for circle in around)
        by_own = own is None or own.result()
        if not by_people and not by_own:
            log.error("nobody could be told: %s", "; ".join(f"{t.part} {t.kind}" for t in news.tells))
        return Heard(by_people or not around, by_own or not _lines(self._own))

    def _tell_circle(self, site: Site, news: News, circle: Iterable[Reachable], now: datetime) -> bool:
        """Each of them, many at the same time; whether anybody took it."""
        with ThreadPoolExecutor(16, "people") as pool:
            return any(list(pool.map(lambda one: self._tell_one(site, news, one, now), circle)))

    def _tell_one(self, site: Site, news: News, one: Reachable, now: datetime) -> bool:
        """Whether it went out. Whatever is wrong with one way, the others are left: the database may be what
        is down, and a phone's push needs that.
        """
        way = self._ways.get(one.way)
        if way is None:
            return False
        try:
            failed = way.send(self._message(site, news, one, one.language, now))
        except Exception:
            log.exception("%s to %s did not go out", one.way, one.person)
            return False
        if failed is not None:
            log.error("%s to %s did not go out: %s", one.way, one.person, failed.why)
        return failed is None

    def _tell_own(self, site: Site, news: News, now: datetime) -> bool:
        voice = Voice(site.language, site.zone, now)
        words = (subject(news, site.name, voice), body(news, voice, self._address))
        return sum(self._tell_address(url, *words) for url in _lines(self._own)) > 0

    def _tell_address(self, url: str, title: str, text: str) -> bool:
        """Whether it was taken. The library speaks to a hundred services: whatever is wrong with one, the
        others are left.
        """
        try:
            sender = apprise.Apprise()
            if not sender.add(url):
                log.error("a line of %s is no Apprise address", self._own)
                return False
            taken = in_time(url, partial(_taken, sender, title, text), too_late=False)
        except Exception:
            log.exception("an Apprise address of %s could not be used", self._own)
            return False
        if not taken:
            log.error("an Apprise address of %s took nothing", self._own)
        return taken

    def _message(self, site: Site, news: News, to: Reachable, language: Language, now: datetime) -> Message:
        voice = Voice(language, site.zone, now)
        return Message(
            id=f"vaka-{site.site}-watch-{now.timestamp():.0f}",
            site=site.site,
            person=to.person,
            address=to.address,
            urgent=True,
            subject=subject(news, site.name, voice),
            body=body(news, voice, self._address),
            at=now,
            alerts=(),
            summonses=(),
        )


def _taken(sender: apprise.Apprise, title: str, text: str) -> bool:
    return bool(sender.notify(body=text, title=title))


def _lines(file: Path | None) -> list[str]:
    """The addresses; empty lines and those that begin with # are none."""
    if file is None:
        return []
    try:
        text = file.read_text()
    except (OSError, UnicodeDecodeError) as error:
        log.error("%s can't be read: %s", file, error)
        return []
    return [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
