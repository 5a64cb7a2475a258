"""`vaka resume RULE`: switch a paused rule on again before its end."""

from __future__ import annotations

import argparse

from hub.commands.pause import add_place, opened, room_of, say
from rules.pause import Refusal


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_place(parser)


def run(arguments: argparse.Namespace) -> int:
    """0: it is on again; 1: it was not off, and that was said."""
    with opened(arguments.data, arguments.site) as (pauses, site):
        room = room_of(arguments, site)
        if isinstance(room, Refusal):
            return say(room, site)
        return say(pauses.resume(arguments.rule, room, arguments.by), site)
