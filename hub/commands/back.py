"""`vaka back RESIDENT`: a resident who was away is at home again."""

from __future__ import annotations

import argparse

from hub.commands.away import add_resident, opened, say


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_resident(parser)


def run(arguments: argparse.Namespace) -> int:
    """0: they are at home; 1: they were not away, and that was said."""
    with opened(arguments.data, arguments.site) as (absences, site):
        return say(absences.back(arguments.resident, arguments.by), site)
