"""`vaka resume RULE`: switch a paused rule or device on again before its end."""

from __future__ import annotations

import argparse

from hub.commands.pause import add_place, opened, place_of, say
from rules.pause import Refusal


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_place(parser)


def run(arguments: argparse.Namespace) -> int:
    """0: it is on again; 1: it was not off, and that was said."""
    with opened(arguments.data, arguments.site) as (pauses, site):
        place = place_of(arguments, site)
        if isinstance(place, Refusal):
            return say(place, site)
        rule, room = place
        if rule is None:
            return say(pauses.resume_device(arguments.device, arguments.by), site)
        return say(pauses.resume(rule, room, arguments.by), site)
