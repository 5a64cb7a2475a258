"""The boards that are open right now: one thread looks at the database for all of them and says what has
changed.

Every 100 ms it asks SQLite whether another connection has committed; if what boards show has changed, each
scope (language and access) is rendered once, only the cards that changed, and the bytes are encoded once. A
board that fell behind is sent everything, so nothing queues up. Each second a beat says that this is live,
and how the hub is. The walls' signs of life are asked for in a thread of their own.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import threading
from collections.abc import AsyncIterator, Iterable
from contextlib import closing
from datetime import datetime, timedelta

import msgspec

from dashboards import sessions
from dashboards.alerts_seen import CameIn
from dashboards.house import House, read_house
from dashboards.pages import render
from dashboards.snapshot import Pulse, Snapshot, fingerprint, pulse, read_snapshot
from dashboards.views import Board, Card, Scope, View, board
from dashboards.wall.floor_view import floor_parts
from dashboards.wall.life import LifeSigns
from dashboards.wall.view import wall_parts, wall_units
from hub.clock import WallClock
from hub.emergency import NOTHING, Opened, opened_to
from hub.settings import Settings
from hub.store.db import NewerDatabaseError, OlderDatabaseError, connect
from hub.store.sites import NoSiteError

LOOK_EVERY_S = 0.1
BEAT_EVERY = timedelta(seconds=1)
LIFE_AGAIN_S = 10
PAGE_OF: dict[View, str] = {"board": "/", "wall": "/wall", "floor": "/floor"}
SEATS_AT_MOST = 50
"""[default] Of one session: all windows of one browser, several times over."""

_log = logging.getLogger(__name__)


def event(name: str, data: object) -> bytes:
    """A server-sent event. JSON has no line breaks."""
    return b"event: " + name.encode() + b"\ndata: " + msgspec.json.encode(data) + b"\n\n"


class Rendering:
    """A scope's board as HTML. `delta` brings a board from the version before to this one."""

    def __init__(self, snapshot: Snapshot, scope: Scope, previous: Rendering | None) -> None:
        shown = board(snapshot, scope)
        self.version: int = previous.version + 1 if previous is not None else 1
        self.house = snapshot.house.version
        self.residents: frozenset[str] = frozenset()
        self.cards: dict[int, str] = {}
        if scope.view == "floor":
            self.parts = floor_parts(snapshot, shown, scope)
        elif scope.view == "wall":
            self.cards = {c.id: render(scope.language, "wall/_card.html", card=c) for c in shown.cards}
            units = wall_units(snapshot, scope)
            self.residents = frozenset(tile.id for unit in units for tile in unit.residents)
            self.parts = wall_parts(units, shown, scope)
        else:
            self.cards = {c.id: render_card(c, scope) for c in shown.cards}
            self.parts = render_parts(shown, scope)
        self._alerts = {c.id: c for c in shown.cards}
        recent = shown.closed if scope.view == "board" else ()
        self.naming = frozenset(c.id for c in (*shown.cards, *recent) if c.residents)
        self._count = len([c for c in shown.cards if not c.prewarning])
        told = {c.id: c for c in (*shown.closed, *shown.cards)} if scope.view == "board" else {}
        self.full = self._event("board", self.cards, self.parts, "", _told(told.values(), scope))
        self.delta = self.full
        if previous is not None:
            cards = {id: html for id, html in self.cards.items() if previous.cards.get(id) != html}
            parts = {id: html for id, html in self.parts.items() if previous.parts[id] != html}
            new = [c for id, c in self._alerts.items() if _is_news(c, previous._alerts.get(id))]
            changed = [told[id] for id in (*cards, *previous.cards.keys() - self.cards.keys()) if id in told]
            self.delta = self._event("change", cards, parts, render_news(new, scope), _told(changed, scope))

    def _event(
        self,
        name: str,
        cards: dict[int, str],
        parts: dict[str, str],
        news: str,
        told: dict[int, dict[str, str]],
    ) -> bytes:
        order, count = list(self.cards), self._count
        return event(
            name,
            {"order": order, "cards": cards, "parts": parts, "count": count, "news": news, "told": told},
        )


def _told(shown: Iterable[Card], scope: Scope) -> dict[int, dict[str, str]]:
    """What whoever is on the way or there hears of an alert that somebody else closed, or is there for too. A
    board knows whose it is.
    """
    return {
        c.id: {
            "by": c.last_by,
            "text": render(scope.language, "_notice.txt", card=c, said="taken", step="").strip(),
        }
        for c in shown
        if c.last_by and c.owners
    }


def _is_news(shown: Card, before: Card | None) -> bool:
    """An alert that somebody had and nobody has any more asks for people as a new one does."""
    return before is None or (shown.state == "open" and before.state != "open")


def render_card(shown: Card, scope: Scope, csrf: str | None = None, alone: bool = False) -> str:
    """`csrf`: for a page that has to work without JavaScript. `alone`: on the alert's own page, where the
    details stand below it.
    """
    return render(scope.language, "_card.html", card=shown, csrf=csrf, alone=alone)


def render_parts(shown: Board, scope: Scope) -> dict[str, str]:
    """The parts of a board besides its cards, by the id of their place in the page."""
    return {
        name: render(scope.language, f"_{name}.html", board=shown).strip()
        for name in ("duty", "calm", "coverage", "off", "recent")
    }


def render_news(new: Iterable[Card], scope: Scope) -> str:
    """What a screen reader says of alerts that came in."""
    return " ".join(render(scope.language, "_news.txt", card=c).strip() for c in new)


class Seat:
    """One open board."""

    def __init__(self, scope: Scope, token: str, person: str) -> None:
        self.scope, self.token_hash, self.person = scope, sessions.token_hash(token), person
        self.wake = asyncio.Event()


class Live:
    def __init__(self, settings: Settings, clock: WallClock) -> None:
        self._settings, self._clock = settings, clock
        self._seats: set[Seat] = set()
        self._renderings: dict[Scope, Rendering] = {}
        self._sessions: frozenset[bytes] | None = None
        self._beat, self._beat_no = b"", 0
        self.life = LifeSigns(settings.database)
        self._life_no = 0
        self._came_in = CameIn()
        self._house_version: int | None = None
        self._emergency: dict[str, Opened] | None = None
        self._stop, self._poke = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="live", daemon=True)
        self._life_thread = threading.Thread(target=self._follow_life, name="life", daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._thread.start()
        self._life_thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._poke.set()
        self._wake_all()
        self._thread.join(5)
        self._life_thread.join(5)

    def is_full(self, token: str) -> bool:
        """Whether this session has more boards open than anybody looks at."""
        hash = sessions.token_hash(token)
        return sum(seat.token_hash == hash for seat in self._seats) >= SEATS_AT_MOST

    async def stream(
        self, scope: Scope, token: str, house_version: int, person: str, emergency: Opened
    ) -> AsyncIterator[bytes]:
        """All that one board is told, until its session, the house's document or its access is another."""
        seat = Seat(scope, token, person)
        self._seats.add(seat)
        self._poke.set()
        version, beat, life = 0, 0, -1
        try:
            yield b"retry: 1000\n\n"
            while not self._stop.is_set():
                seat.wake.clear()
                if self._sessions is not None and version and seat.token_hash not in self._sessions:
                    yield event("end", "signed out")
                    return
                opened = emergency if self._emergency is None else self._emergency.get(person, NOTHING)
                if version and opened != emergency:
                    yield event("end", "other access")
                    return
                if self._house_version not in (None, house_version):
                    yield event("end", "new house")
                    return
                rendering = self._renderings.get(scope)
                if rendering is not None and rendering.version != version:
                    yield rendering.delta if rendering.version == version + 1 and version else rendering.full
                    version = rendering.version
                    self._came_in.tell(person, PAGE_OF[scope.view], rendering.naming)
                if version and scope.view == "wall" and self._life_no != life:
                    life = self._life_no
                    assert rendering is not None
                    yield event("life", {r: at for r, at in self.life.at.items() if r in rendering.residents})
                if version and self._beat_no != beat:
                    beat = self._beat_no
                    yield self._beat
                await seat.wake.wait()
        finally:
            self._seats.discard(seat)

    def _run(self) -> None:
        while not self._stop.is_set():
            connection = None
            try:
                connection = connect(self._settings.database, leave_older=True)
                self._watch(connection)
            except (NoSiteError, NewerDatabaseError, OlderDatabaseError):  # the pages say so
                self._stop.wait(1)
            except sqlite3.Error:
                _log.exception("The boards cannot read the database; they say so themselves. Trying again.")
                self._stop.wait(1)
            finally:
                if connection is not None:
                    connection.close()

    def _watch(self, connection: sqlite3.Connection) -> None:
        seen_version, seen, next_beat = None, None, self._clock.now()
        while not self._stop.is_set():
            now = self._clock.now()
            version = connection.execute("PRAGMA data_version").fetchone()[0]
            beating, poked = now >= next_beat, self._poke.is_set()
            if beating:
                self._clock.look_at_the_wall()
                next_beat = now + BEAT_EVERY
            if version != seen_version or beating or poked:
                self._poke.clear()
                seen_version = version
                house = read_house(connection, self._settings.site, now)
                self._house_version = house.version
                if beating:
                    self._renew_sessions(connection, house.site.site, now)
                self._emergency = opened_to(connection, house.site.site, now)
                self._sessions = sessions.live(connection, house.site.site, now)
                found = fingerprint(connection, house, now)
                if found != seen or poked:
                    self._render(connection, house, now, everything=found != seen)
                    seen = found
                if beating:
                    self._set_beat(pulse(connection, house.site.site, now), now)
                self._wake_all()
                if beating:
                    self._note_what_came_in(connection, house.site.site, now)
            self._poke.wait(LOOK_EVERY_S)

    def _follow_life(self) -> None:
        """Apart from the boards: no alert waits for the history, nor is lost where that cannot be read."""
        while not self._stop.is_set():
            try:
                with closing(connect(self._settings.database, leave_older=True)) as connection:
                    self._look_for_life(connection)
            except (NoSiteError, NewerDatabaseError, OlderDatabaseError):  # the pages say so
                self._stop.wait(1)
            except Exception:
                _log.exception("The walls cannot be told of signs of life. Trying again.")
                self._stop.wait(LIFE_AGAIN_S)

    def _look_for_life(self, connection: sqlite3.Connection) -> None:
        while not self._stop.is_set():
            now = self._clock.now()
            house = read_house(connection, self._settings.site, now)
            if self.life.follow(connection, house.site, house.version, now):
                self._life_no += 1
                self._wake_all()
            self._stop.wait(BEAT_EVERY.total_seconds())

    def _renew_sessions(self, connection: sqlite3.Connection, site: str, now: datetime) -> None:
        """A full disk must not blind the boards: what cannot be renewed now is renewed at a later beat."""
        try:
            sessions.renew(connection, site, frozenset(s.token_hash for s in tuple(self._seats)), now)
        except sqlite3.OperationalError as error:
            _log.warning("The sessions of open boards could not be renewed (%s). Trying again.", error)

    def _note_what_came_in(self, connection: sqlite3.Connection, site: str, now: datetime) -> None:
        """After the boards have it, at most a beat later; on a full disk at a later one."""
        try:
            self._came_in.note(connection, site, {seat.person for seat in tuple(self._seats)}, now)
        except sqlite3.OperationalError as error:
            _log.warning("What came in on open boards could not be noted (%s). Trying again.", error)

    def _render(self, connection: sqlite3.Connection, house: House, now: datetime, everything: bool) -> None:
        """Render all scopes that somebody looks at; without `everything`, only those that are new."""
        wanted = {seat.scope for seat in tuple(self._seats)}
        for scope in set(self._renderings) - wanted:
            del self._renderings[scope]
        if not everything:
            wanted -= set(self._renderings)
        if wanted:
            snapshot = read_snapshot(connection, house, now)
            for scope in wanted:
                self._renderings[scope] = Rendering(snapshot, scope, self._renderings.get(scope))

    def _set_beat(self, found: Pulse, now: datetime) -> None:
        self._beat = event("beat", pulse_words(found, now))
        self._beat_no += 1

    def _wake_all(self) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._wake_here)

    def _wake_here(self) -> None:
        for seat in self._seats:
            seat.wake.set()


def pulse_words(found: Pulse, now: datetime) -> dict[str, object]:
    """What a beat tells the browser. Lengths rather than instants: the tablet's own clock may be wrong."""
    return {
        "now": now,
        "why": found.why,
        "since": found.since,
        "hub_age": (now - found.hub_seen).total_seconds() if found.hub_seen is not None else None,
    }
