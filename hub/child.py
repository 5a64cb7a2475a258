"""A child of the hub: a module of ours in a process of its own. It never outlives the hub, however that ends:
killed, frozen and killed, out of memory. Nobody's process is left behind, also one that does not listen.

Here: beginning and ending one. Not here: what it does; commands that keep others running (hub/children.py).
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from runpy import run_module
from threading import Thread
from typing import Any

STOP_WITHIN_S = 5.0


@contextmanager
def begun(module: str, *words: str, **streams: Any) -> Iterator[subprocess.Popen[Any]]:
    """`streams`: as Popen has them, but for the child's input: that is a line to us, and when it breaks the
    child is killed. Whoever holds it to the end has to see that the child has ended.
    """
    theirs, ours = os.pipe()  # inherited by nobody but through `stdin`
    try:
        try:
            command = [sys.executable, "-m", "hub.child", module, *words]
            child = subprocess.Popen(command, stdin=theirs, **streams)
        finally:
            os.close(theirs)
        yield child
    finally:
        os.close(ours)


def end(child: subprocess.Popen[Any]) -> int:
    """Asked first, then made to; returns its code. What it says meanwhile is let go."""
    child.terminate()
    try:
        child.communicate(timeout=STOP_WITHIN_S)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()  # and not for its pipes: a child of its own may hold them
        for pipe in (child.stdin, child.stdout, child.stderr):
            if pipe is not None:
                pipe.close()
    return child.returncode


def _end_with_the_hub() -> None:
    """As a kill does: what is half done is left, and seen to by the next start."""
    os.read(0, 1)
    os.kill(os.getpid(), signal.SIGKILL)


def main(words: list[str]) -> None:
    """The child's side: the module as a program of its own, with its words."""
    Thread(target=_end_with_the_hub, daemon=True).start()
    sys.argv = words
    run_module(words[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main(sys.argv[1:])
