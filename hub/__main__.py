"""The command line: `vaka COMMAND …`. Here: which commands there are, and how a refusal is said."""

from __future__ import annotations

import argparse
import os
import sqlite3
import sys
from importlib import import_module

from hub.settings import SettingsError
from hub.store.db import NewerDatabaseError, OlderDatabaseError
from hub.store.sites import NoSiteError

COMMANDS: dict[str, tuple[str, str]] = {
    "demo": ("hub.commands.demo", "everything on embedded parts, with a made-up house, in one process group"),
    "up": ("hub.commands.up", "the hub, the web and the watchman together"),
    "hub": ("hub.commands.hub", "listen to the sensors, judge, raise alerts"),
    "web": ("hub.commands.web", "the pages for staff and technicians"),
    "watch": ("hub.commands.watch", "see when hub, broker, disk or pages stop, and tell people"),
    "check": ("hub.commands.check", "read a site file and say everything that is wrong with it"),
    "import": (
        "hub.commands.import_",
        "put a site file in force, or a list of devices; a bad one changes nothing",
    ),
    "export": ("hub.commands.export", "print the site's document in force, or its devices as a list"),
    "password": ("hub.commands.password", "set somebody's password"),
    "accounts": (
        "hub.commands.accounts",
        "the broker's accounts and access list, one for each gateway and device",
    ),
    "audit": ("hub.commands.audit", "whether the audit trail is what was written: verify, head"),
    "doctor": ("hub.commands.doctor", "look for what is wrong with this installation"),
    "decode": ("hub.commands.decode", "messages as JSON lines in, what they say out"),
    "pause": ("hub.commands.pause", "switch a rule off in a room, or a device, with a reason and an end"),
    "resume": ("hub.commands.resume", "switch a paused rule or device on again"),
    "paused": ("hub.commands.paused", "what is switched off, by whom, why and until when"),
    "away": (
        "hub.commands.away",
        "a resident is in hospital or with family: the rules rest until the return",
    ),
    "back": ("hub.commands.back", "a resident who was away is at home again"),
    "contact": ("hub.commands.contact", "by which ways somebody is reached when an alert calls them"),
    "duty": ("hub.commands.duty", "who is on duty; or put shifts on the roster from a file"),
    "prove": (
        "hub.commands.prove",
        "try the chain from a sensor to a phone now; or look at the week to come",
    ),
    "test": ("hub.commands.test", "play scenarios and say whether the rules do what they tell"),
    "record": ("hub.commands.record", "signed records of walk tests: list, export, verify"),
    "erase": ("hub.commands.erase", "delete all that is held on a resident, with a second yes and a receipt"),
    "backup": ("hub.commands.backup", "write an encrypted backup; list them, verify one, make the keys"),
    "restore": ("hub.commands.restore", "put a backup back onto an empty machine"),
    "read-token": (
        "hub.commands.read_token",
        "make a token that may read InfluxDB's bucket and do nothing else",
    ),
    "replay": ("hub.commands.replay", "publish a recording as the devices would have"),
    "backtest": ("hub.commands.backtest", "what the rules would have found in a recording"),
}
"""Name → the module with `add_arguments(parser)` and `run(arguments) -> exit code`, and a line of help."""


def main(words: list[str] | None = None) -> int:
    """Run one command. 0: done; 1: it could not be done, and why was said; 2: it was not understood."""
    words = sys.argv[1:] if words is None else words
    if not words or words[0] in ("-h", "--help"):
        print(_overview())
        return 0 if words else 2
    name, *rest = words
    if name not in COMMANDS:
        print(f"vaka: there is no command {name!r}\n\n{_overview()}", file=sys.stderr)
        return 2
    module, help_line = COMMANDS[name]
    command = import_module(module)
    parser = argparse.ArgumentParser(
        prog=f"vaka {name}", description=help_line[0].upper() + help_line[1:] + "."
    )
    command.add_arguments(parser)
    arguments = parser.parse_args(rest)
    try:
        return int(command.run(arguments))
    except (SettingsError, NewerDatabaseError, OlderDatabaseError, NoSiteError) as error:
        print(f"vaka {name}: {error}", file=sys.stderr)
    except (OSError, sqlite3.DatabaseError) as error:
        if isinstance(error, BrokenPipeError):  # whoever read us has seen enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return 0
        file = getattr(error, "filename", None)
        why = f"{file}: {error.strerror}" if isinstance(error, OSError) and file else str(error)
        print(f"vaka {name}: {why}", file=sys.stderr)
    except KeyboardInterrupt:
        return 130
    return 1


def _overview() -> str:
    lines = [f"  vaka {name:<10} {help_line}" for name, (_, help_line) in COMMANDS.items()]
    return "\n".join(["A sensor hub for care buildings. `vaka COMMAND --help` says more.", "", *lines])


if __name__ == "__main__":
    sys.exit(main())
