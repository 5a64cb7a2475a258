"""The child processes of one command: started, started again when they die, stopped together."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from threading import Event

from hub import clock

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0  # seconds before a child that died is started again; doubled each time
SETTLED = 60.0  # seconds alive after which a death counts as the first one again
STOP_WITHIN = 15.0  # seconds to end by themselves
_LOOK_EVERY = 0.2


class _Child:
    def __init__(self, name: str, words: Sequence[str]) -> None:
        self.name, self.words = name, words
        self.process: subprocess.Popen[bytes] | None = None
        self.started_at = 0.0
        self.start_at = 0.0
        self.pause = FIRST_PAUSE


class Children:
    """`say` is told, in a sentence, of every child that dies and what is done about it. What they say
    themselves goes to the file `log`, or where this command's own words go.
    """

    def __init__(
        self, environment: Mapping[str, str], say: Callable[[str], None], log: Path | None = None
    ) -> None:
        self._environment, self._say, self._log = dict(environment), say, log
        self._children: list[_Child] = []

    def add(self, name: str, *module_and_words: str) -> None:
        """A Python module to be kept running."""
        self._children.append(_Child(name, [sys.executable, "-m", *module_and_words]))

    def keep_running(self, stopping: Event) -> None:
        """Until `stopping` is set; then all are told to stop, and killed where they don't."""
        try:
            while not stopping.is_set():
                for child in self._children:
                    self._look_after(child)
                stopping.wait(_LOOK_EVERY)
        finally:
            self._stop()

    def _look_after(self, child: _Child) -> None:
        now = clock.steady()
        if child.process is not None and (code := child.process.poll()) is not None:
            if now - child.started_at >= SETTLED:
                child.pause = FIRST_PAUSE
            self._say(f"{child.name} has ended ({_how(code)}); it is started again in {child.pause:g} s")
            child.process, child.start_at = None, now + child.pause
            child.pause = min(child.pause * 2, LONGEST_PAUSE)
        if child.process is None and now >= child.start_at:
            child.process = self._start(child)
            child.started_at = now

    def _start(self, child: _Child) -> subprocess.Popen[bytes]:
        with ExitStack() as stack:
            log = stack.enter_context(self._log.open("ab")) if self._log is not None else None
            # In a session of its own: Ctrl-C in the terminal reaches this command, which stops its children.
            return subprocess.Popen(
                child.words, env=self._environment, start_new_session=True, stdout=log, stderr=log
            )

    def _stop(self) -> None:
        running = [child.process for child in self._children if child.process is not None]
        for process in running:
            process.terminate()
        deadline = clock.steady() + STOP_WITHIN
        for process in running:
            try:
                process.wait(max(0.0, deadline - clock.steady()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _how(code: int) -> str:
    return f"by signal {-code}" if code < 0 else f"with code {code}"
