"""The engine: readings and time go in, findings come out. One engine serves live, replay, backtest and tests.

Laws of time that live here: deadlines ≤ t fire before a reading at t is judged, stamped with their deadline
(catch up first); a rule whose devices cannot be heard is held (blind is not quiet). Pure: the states are rows
elsewhere, and `changed`, `keep` and `undo` tie them to a transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime, timedelta
from heapq import heapify, heappop, heappush
from typing import Any, NamedTuple

import msgspec

from devices.measures import MEASURES
from devices.reading import Reading
from rules.finding import Finding
from rules.held import Held
from rules.held import Key as Key
from rules.kinds.step import Context, Step, as_heard
from rules.latest import Latest, Standing
from rules.rulebook import Rulebook, Watch

_EVER = datetime.min.replace(tzinfo=UTC)
_NOBODY: Mapping[Key, datetime] = {}


class Kept(NamedTuple):
    """What is kept of one rule in one room. While `blind_since` is set no deadline fires."""

    state: Any
    due: datetime | None = None
    blind_since: datetime | None = None


class Judge:
    def __init__(self, rulebook: Rulebook, latest: Latest | None = None) -> None:
        self.rulebook = rulebook
        self.latest = latest or Latest()
        self._context = Context(rulebook.zone)
        self._kept: dict[Key, Kept] = {}
        self._before: dict[Key, Kept | None] = {}
        self._deadlines: list[tuple[datetime, Key]] = []
        self._queued: dict[Key, datetime] = {}
        self._held = Held()
        self.silences: list[tuple[str, datetime, datetime]] = []
        """(part, since, until) of those that were heard again since what is here was last kept."""

    def load(
        self,
        kept: dict[Key, Kept],
        unheard: dict[str, datetime],
        aside: Mapping[str, datetime] | None = None,
    ) -> None:
        """Take over what was committed. States of rules that are no longer in force, or of another kind now,
        are passed over, and so are devices that hang elsewhere now; the deadlines are those of the rules as
        they are now.
        """
        self._kept = {
            key: self._as_now(watch, value)
            for key, value in kept.items()
            if (watch := self.rulebook.watches.get(key)) is not None
            and isinstance(value.state, watch.kind.State)
        }
        self._held = Held(unheard, self._held.now.paused, aside or {})
        for key, kept_now in self._kept.items():  # held, and not because somebody cannot be heard: paused
            if kept_now.blind_since is not None and not self._held.parts(self.rulebook.watches[key]):
                self._held.now.paused.setdefault(key, kept_now.blind_since)
        self._held.keep()
        self._queued = {key: k.due for key, k in self._kept.items() if k.due and not k.blind_since}
        self._deadlines = [(due, key) for key, due in self._queued.items()]
        heapify(self._deadlines)

    def _as_now(self, watch: Watch, kept: Kept) -> Kept:
        state = kept.state
        if hasattr(watch.kind, "only"):
            state = watch.kind.only(state, watch.devices)
        return Kept(state, watch.kind.due(watch.rule, self._context, state), kept.blind_since)

    def adopt(self, rulebook: Rulebook) -> None:
        """Put other rules into force. Those that were in force before keep what they had seen."""
        self.rulebook, self._context = rulebook, Context(rulebook.zone)
        self.load(self._kept, self._held.now.unheard, self._held.now.aside)

    # What happens

    def judge(self, reading: Reading) -> tuple[Standing, list[Finding]]:
        """One reading, in order of arrival: what it is beside the known, and the findings it led to."""
        standing = self.latest.note(reading)
        return standing, self.judge_noted(reading, standing)

    def judge_noted(self, reading: Reading, standing: Standing) -> list[Finding]:
        """The same for a reading that `latest` has taken note of already."""
        findings: list[Finding] = []
        if standing == "duplicate" or (standing == "repeat" and reading.cached):
            return findings  # it says nothing new, and a deadline before it keeps its own time
        at, known, context = reading.at, self._kept, self._context
        heard, told_part, told_wanted = None, None, None
        for watch, part, wanted in self.rulebook.listeners.get((reading.device, reading.measure), ()):
            kept = known.get(watch.key)
            if kept is None or (kept.due is not None and kept.due <= at):
                kept = self._catch_up(watch, at, findings)
            if heard is None or part != told_part or wanted != told_wanted:  # most rules wait for the same
                told_part, told_wanted = part, wanted
                heard = as_heard(reading, standing, part, wanted)
            step = watch.kind.on_reading(watch.rule, context, kept.state, heard)
            if step is not None:
                self._take(watch, kept, step, findings)
        return findings

    def tick(self, now: datetime) -> list[Finding]:
        """Fire every deadline ≤ now, in order, each stamped with its own instant."""
        findings: list[Finding] = []
        while self._deadlines and self._deadlines[0][0] <= now:
            due, key = heappop(self._deadlines)
            if self._queued.get(key) == due:
                del self._queued[key]
            kept = self._kept.get(key)
            if kept is None or kept.due is None or kept.blind_since is not None:
                continue
            if kept.due <= due:
                self._catch_up(self.rulebook.watches[key], due, findings)
            else:
                self._queue(key, kept.due)
        return findings

    def next_deadline(self) -> datetime | None:
        """The earliest instant at which `tick` has something to do (or finds that it no longer has)."""
        return self._deadlines[0][0] if self._deadlines else None

    def lost_sight(self, part: str, at: datetime) -> list[Finding]:
        """`part` cannot be heard from `at` on. What was due by then fires first; then its rules are held."""
        findings: list[Finding] = []
        if part in self._held.now.unheard:
            return findings
        self._held.now.unheard[part] = at
        for watch in self.rulebook.dependents.get(part, ()):
            kept = self._catch_up(watch, at, findings)
            if kept.blind_since is None:
                self._keep(watch.key, kept._replace(blind_since=at))
        return findings

    def regained_sight(self, part: str, at: datetime) -> list[Finding]:
        """`part` is heard again. A rule goes on when none of its parts is silent any more."""
        findings: list[Finding] = []
        since = self._held.now.unheard.pop(part, None)
        if since is None:
            return findings
        self.silences.append((part, since, at))
        self._see_again(part, at, findings)
        return findings

    def put_pauses(
        self, paused: Mapping[Key, datetime], at: datetime, home: Mapping[Key, datetime] = _NOBODY
    ) -> list[Finding]:
        """These rules are switched off, each since an instant, and no others from `at` on. A paused rule is
        held as one that cannot hear; what happens meanwhile is followed and raises nothing.

        `home`: those that go on because somebody came home, and since when: nothing before counts for them.
        """
        findings: list[Finding] = []
        off = self._held.now.paused
        for key in paused.keys() - off.keys():
            watch = self.rulebook.watches.get(key)
            kept = self._catch_up(watch, paused[key], findings) if watch is not None else None
            off[key] = paused[key]
            if kept is not None and kept.blind_since is None:
                self._keep(key, kept._replace(blind_since=paused[key]))
        for key in off.keys() - paused.keys():
            del off[key]
            watch, kept = self.rulebook.watches.get(key), self._kept.get(key)
            if watch is None or kept is None or kept.blind_since is None:
                continue
            if key in home:
                kept = self._anew(watch, kept, home[key])
            if self._held.parts(watch):
                self._keep(key, kept)
                continue
            assert kept.blind_since is not None
            step = None
            if key not in home:
                step = watch.kind.on_sight(watch.rule, self._context, kept.state, kept.blind_since, at)
            self._take(watch, kept._replace(blind_since=None), step or Step(kept.state), findings)
        return findings

    def _anew(self, watch: Watch, kept: Kept, since: datetime) -> Kept:
        """What is kept as if nobody could have been heard before `since`."""
        kind, state = watch.kind, kept.state
        if hasattr(kind, "on_return"):
            return kept._replace(
                state=kind.on_return(watch.rule, self._context, state, since), blind_since=since
            )
        if hasattr(state, "unseen"):
            state = msgspec.structs.replace(state, unseen=timedelta(0))
        step = kind.on_sight(watch.rule, self._context, state, _EVER, since)
        return kept._replace(state=state if step is None else step.state, blind_since=since)

    def put_aside(
        self, aside: Mapping[str, datetime], ended: Mapping[str, datetime], at: datetime
    ) -> list[Finding]:
        """These devices are taken out of the judging (under test, or paused), each since an instant, and no
        others. `ended`: when the others' time ended, `at` where it does not say. Their rules are held as
        those of a device that cannot be heard. What stands with such a device at the end is taken over as a
        snapshot: it tells how things are, never that something happened.
        """
        findings: list[Finding] = []
        known = self._held.now.aside
        for device in aside.keys() - known.keys():
            known[device] = aside[device]
            for watch in self.rulebook.dependents.get(f"device:{device}", ()):
                kept = self._catch_up(watch, aside[device], findings)
                if kept.blind_since is None:
                    self._keep(watch.key, kept._replace(blind_since=aside[device]))
        for device in known.keys() - aside.keys():
            since, until = known.pop(device), ended.get(device, at)
            self._see_again(f"device:{device}", until, findings)
            self._take_over(device, since, until, findings)
        return findings

    def follow(self, reading: Reading, standing: Standing) -> list[Finding]:
        """A reading of a device that is aside: it may end what stood before, and begins nothing."""
        findings: list[Finding] = []
        if standing in ("late", "duplicate") or MEASURES[reading.measure].kind != "state":
            return findings
        seen = msgspec.structs.replace(reading, snapshot=True)
        for watch, part, wanted in self.rulebook.listeners.get((reading.device, reading.measure), ()):
            kept = self._kept.get(watch.key)
            if kept is None or wanted is None or reading.value in wanted:
                continue
            heard = as_heard(seen, standing, part, wanted)
            step = watch.kind.on_reading(watch.rule, self._context, kept.state, heard)
            if step is not None:
                self._take(watch, kept, step, findings)
        return findings

    def clock_jumped(self, moved: Callable[[datetime], datetime]) -> None:
        """The clock was off and has been set: `moved` tells where an instant that is kept belongs."""
        self.latest.move(moved)
        for key, kept in list(self._kept.items()):
            watch = self.rulebook.watches[key]
            state = kept.state if hasattr(watch.kind, "BY_THE_WALL") else _moved(kept.state, moved)
            due = watch.kind.due(watch.rule, self._context, state)
            self._keep(key, Kept(state, due, moved(kept.blind_since) if kept.blind_since else None))
        self._held.move(moved)

    # What ties this to a transaction

    @property
    def changed(self) -> dict[Key, Kept]:
        """What differs from what was last kept."""
        return {key: self._kept[key] for key in self._before if key in self._kept}

    @property
    def unheard(self) -> dict[str, datetime]:
        """Who cannot be heard, and since when."""
        return dict(self._held.now.unheard)

    @property
    def paused(self) -> dict[Key, datetime]:
        """What is switched off, and since when."""
        return dict(self._held.now.paused)

    @property
    def aside(self) -> dict[str, datetime]:
        """The devices that are under test or paused, and since when."""
        return dict(self._held.now.aside)

    def aside_since(self, device: str) -> datetime | None:
        return self._held.now.aside.get(device)

    @property
    def unheard_changed(self) -> bool:
        return self._held.unheard_changed

    @property
    def aside_changed(self) -> bool:
        return self._held.aside_changed

    def held_since(self, keys: Collection[Key]) -> dict[Key, datetime]:
        """Of these rules, those that cannot hear or are switched off, and since when."""
        since = {key: self._held.since(self.rulebook.watches[key]) for key in keys}
        return {key: at for key, at in since.items() if at is not None}

    def keep(self) -> None:
        self._before.clear()
        self.silences.clear()
        self._held.keep()
        self.latest.keep()

    def undo(self) -> None:
        for key, kept in self._before.items():
            if kept is None:
                self._kept.pop(key, None)
            else:
                self._kept[key] = kept
                if kept.due is not None and kept.blind_since is None:
                    self._queue(key, kept.due)
        self._before.clear()
        self.silences.clear()
        self._held.undo()
        self.latest.undo()

    # How

    def _catch_up(self, watch: Watch, until: datetime, findings: list[Finding]) -> Kept:
        """Fire this rule's deadlines ≤ until; returns what is kept then."""
        kept = self._kept.get(watch.key)
        if kept is None:
            return Kept(watch.kind.start(), None, self._held.since(watch))
        while kept.due is not None and kept.due <= until and kept.blind_since is None:
            step = watch.kind.on_deadline(watch.rule, self._context, kept.state, kept.due)
            kept = self._take(watch, kept, step, findings)
        return kept

    def _see_again(self, part: str, at: datetime, findings: list[Finding]) -> None:
        """The rules of a part go on, those that nothing else holds."""
        for watch in self.rulebook.dependents.get(part, ()):
            kept = self._kept.get(watch.key)
            if kept is None or kept.blind_since is None or self._held.since(watch) is not None:
                continue
            step = watch.kind.on_sight(watch.rule, self._context, kept.state, kept.blind_since, at)
            self._take(watch, kept._replace(blind_since=None), step or Step(kept.state), findings)

    def _take_over(self, device: str, since: datetime, at: datetime, findings: list[Finding]) -> None:
        """Tell the rules how things stand with a device that was aside, as far as it has spoken meanwhile."""
        for measure, (value, told_at) in self.latest.of(device).items():
            if told_at >= since and MEASURES[measure].kind == "state":
                stands = Reading(device, measure, value, at, at, snapshot=True)
                findings += self.judge_noted(stands, "new")

    def _take(self, watch: Watch, kept: Kept, step: Step, findings: list[Finding]) -> Kept:
        """Put the outcome of a step into force."""
        for opinion in step.opinions:
            paused_at = self._held.now.paused.get(watch.key)
            if paused_at is not None and opinion.kind != "cleared" and opinion.at >= paused_at:
                continue
            findings.append(Finding(watch.name, watch.room, *opinion))
        due = watch.kind.due(watch.rule, self._context, step.state)
        return self._keep(watch.key, Kept(step.state, due, kept.blind_since))

    def _keep(self, key: Key, kept: Kept) -> Kept:
        if key not in self._before:
            self._before[key] = self._kept.get(key)
        self._kept[key] = kept
        if kept.due is not None and kept.blind_since is None:
            self._queue(key, kept.due)
        return kept

    def _queue(self, key: Key, due: datetime) -> None:
        """One entry a rule, at its earliest deadline so far: a later one is found when that comes up."""
        queued = self._queued.get(key)
        if queued is None or due < queued:
            self._queued[key] = due
            heappush(self._deadlines, (due, key))


def _moved(state: Any, moved: Callable[[datetime], datetime]) -> Any:
    """The same state with every instant in it moved."""
    if isinstance(state, datetime):
        return moved(state)
    if isinstance(state, msgspec.Struct):
        fields = {name: _moved(getattr(state, name), moved) for name in state.__struct_fields__}
        return type(state)(**fields)
    if isinstance(state, tuple):
        return tuple(_moved(value, moved) for value in state)
    return state
