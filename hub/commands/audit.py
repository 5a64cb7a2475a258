"""`vaka audit verify` and `vaka audit head`: whether the audit trail is what was written."""

from __future__ import annotations

import argparse
from pathlib import Path

from hub.audit_chain import HEADS, WORDS, Head, noted_heads, verify
from hub.settings import read_settings
from hub.site.installed import installed_database
from hub.store import audit

SHOWN = 50


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "what", choices=("verify", "head"), help="look at all of it; or print its newest value to note"
    )
    parser.add_argument(
        "--head", action="append", type=_head, default=[], metavar="SEQ:VALUE", help="one that was noted"
    )
    parser.add_argument("--data", type=Path, help="folder of the database (VAKA_DATA)")


def _head(text: str) -> Head:
    seq, _, value = text.partition(":")
    try:
        head = Head(int(seq), bytes.fromhex(value))
    except ValueError:
        head = Head(0, b"")
    if len(head.chain) != 32:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no head; expected SEQ:VALUE as `vaka audit head` prints it"
        )
    return head


def run(arguments: argparse.Namespace) -> int:
    """0: it holds; 1: it does not, and where was said."""
    settings = read_settings().with_data(arguments.data)
    connection = installed_database(settings)
    try:
        if arguments.what == "head":
            head = audit.head(connection)
            print(f"{head[0]}:{head[1].hex()}" if head is not None else "no entry yet")
            return 0
        verdict = verify(connection, [*noted_heads(settings.data / HEADS), *arguments.head])
    finally:
        connection.close()
    for fault in verdict.faults[:SHOWN]:
        print(f"entry {fault.seq}: {WORDS[fault.reason]}")
    print(
        f"{verdict.entries} entries: {verdict.earlier} from before there was a chain, {verdict.erased} erased"
    )
    print(f"{len(verdict.faults)} do not hold" if verdict.faults else "the chain holds")
    return 1 if verdict.faults else 0
