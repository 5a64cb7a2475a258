"""`vaka paused`: what is switched off now, by whom, why and until when."""

from __future__ import annotations

import argparse
from pathlib import Path

from hub.commands.pause import opened, sentence


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--site", help="which site (VAKA_SITE, else the only one)")
    parser.add_argument("--data", type=Path, help="folder of the database (VAKA_DATA)")


def run(arguments: argparse.Namespace) -> int:
    """0, whatever is off."""
    with opened(arguments.data, arguments.site) as (pauses, site):
        off = pauses.off()
        print(*(sentence(pause, site) for pause in off), sep="\n", end="\n" if off else "")
        if not off:
            print("nothing is switched off")
    return 0
