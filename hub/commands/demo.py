"""`vaka demo`: a made-up house on embedded parts, up in some seconds, and gone again at Ctrl-C."""

from __future__ import annotations

import argparse
import os
import secrets
import socket
import sqlite3
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from threading import Event, Thread

from hub.children import Children
from hub.clock import WallClock, steady
from hub.demo.colleague import Colleague
from hub.demo.floor import hang_floor_plans
from hub.demo.past import live_through
from hub.demo.preparation import (
    COLLEAGUE,
    bring_a_relative,
    give_pagers,
    plan_roster,
    put_in_force,
    set_passwords,
)
from hub.demo.proven import prove_each_shift
from hub.demo.simulator import Simulator
from hub.mqtt.embedded_broker import HOST, BrokerStartError, EmbeddedBroker
from hub.mqtt.publisher import PublishError
from hub.settings import PREFIX, Settings, read_settings
from hub.stop_signals import on_stop_signals
from hub.store import health
from hub.store.db import connect
from rules.building import Person, Site

READY_WITHIN = 60.0  # seconds
_ASK_EVERY = 0.2
DAYS = 75
"""Enough for weeks against the eight before them."""
_LANGUAGES = {"nb": "in Norwegian", "nn": "in Norwegian (nynorsk)", "en": "in English"}


_KEPT = f"{PREFIX}WEBHOOK_HOSTS"
"""So that webhooks can be tried against a receiver on this machine; it changes nothing else."""


class _NotReadyError(Exception):
    """What did not come up, in a sentence."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--data", type=Path, metavar="FOLDER", help="where it is kept (without it: nowhere, it goes away)"
    )
    parser.add_argument("--port", type=int, default=8080, help="of the pages (8080; if it is taken, another)")
    parser.add_argument(
        "--days",
        type=int,
        default=DAYS,
        help=f"how long the house was lived in before, for its pictures ({DAYS}; 0: it is new)",
    )
    parser.add_argument("--seed", type=int, help="the same number, the same life in the house")


def run(arguments: argparse.Namespace) -> int:
    """0: stopped as it was told to; 1: something did not come up, and why was said."""
    stopping = Event()
    on_stop_signals(stopping.set)
    try:
        with _folder(arguments.data) as folder, ExitStack() as at_the_end:
            _live(arguments, folder, stopping, at_the_end)
    except (BrokerStartError, PublishError, _NotReadyError) as fault:
        _say(str(fault))
        return 1
    return 0


def _live(arguments: argparse.Namespace, folder: Path, stopping: Event, at_the_end: ExitStack) -> None:
    broker = EmbeddedBroker(folder / "broker", free_port(0))
    at_the_end.callback(broker.stop)
    broker.start()
    settings, children = _parts(folder, broker, free_port(arguments.port))
    site = put_in_force(settings, max(0, arguments.days))
    relative = bring_a_relative(settings, site, max(0, arguments.days))
    seed = secrets.randbits(32) if arguments.seed is None else arguments.seed
    if arguments.days > 0:
        _say(f"{arguments.days} days of life are put into the house; that takes some seconds")
        live_through(settings, site, WallClock().now(), arguments.days, seed)
    plan_roster(settings, site, arguments.days)
    give_pagers(settings, site)
    prove_each_shift(settings, site, WallClock().now(), arguments.days)
    hang_floor_plans(settings, site)
    sign_ins = set_passwords(settings, site)

    colleague = Colleague(settings, site.site, COLLEAGUE, WallClock())
    kept = (children.keep_running, colleague.work, partial(broker.keep_running, say=_say))
    threads = [Thread(target=work, args=[stopping]) for work in kept]
    for thread in threads:
        thread.start()
        at_the_end.callback(thread.join)
    at_the_end.callback(stopping.set)

    _wait_until_ready(settings, site, stopping, folder)
    if not stopping.is_set():
        print(_welcome(settings, sign_ins, relative), flush=True)
        Simulator(site, broker.access, WallClock(), seed).run(stopping)


def _parts(folder: Path, broker: EmbeddedBroker, port: int) -> tuple[Settings, Children]:
    """What hub and web are told; of this user's own settings only where webhooks may go gets through."""
    access = broker.access
    environment = {
        **let_through(os.environ),
        "VAKA_DATA": str(folder),
        "VAKA_BROKER": f"mqtt://{access.username}@{access.host}:{access.port}",
        "VAKA_BROKER_PASSWORD_FILE": str(access.password_file),
        "VAKA_WEB_PORT": str(port),
    }
    children = Children(environment, _say, folder / "log")
    children.add("the hub", "hub", "hub")
    children.add("the web", "dashboards")
    children.add("the watchman", "hub", "watch")
    return read_settings(environment), children


def let_through(environment: Mapping[str, str]) -> dict[str, str]:
    """All but this user's own settings of Vaka; of those only where webhooks may go."""
    return {
        name: value for name, value in environment.items() if not name.startswith(PREFIX) or name == _KEPT
    }


def _wait_until_ready(settings: Settings, site: Site, stopping: Event, folder: Path) -> None:
    """Until the hub hears the broker and the pages answer."""
    deadline = steady() + READY_WITHIN
    while not (_hub_listens(settings, site) and _web_answers(settings)):
        if stopping.wait(_ASK_EVERY):
            return
        if steady() > deadline:
            last_words = (folder / "log").read_text(errors="replace")[-2000:]
            raise _NotReadyError(
                f"it was not ready within {READY_WITHIN:g} s. What hub and web said:\n{last_words}"
            )


def _hub_listens(settings: Settings, site: Site) -> bool:
    connection = connect(settings.database)
    try:
        return any(h.part == "backlog" and h.state == "ok" for h in health.everything(connection, site.site))
    except sqlite3.OperationalError:
        return False
    finally:
        connection.close()


def _web_answers(settings: Settings) -> bool:
    try:
        with urllib.request.urlopen(f"{_address(settings)}/healthz", timeout=5) as answer:
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError):
        return False


def _welcome(settings: Settings, sign_ins: Sequence[tuple[Person, str]], relative: tuple[str, str]) -> str:
    people = []
    for person, password in sign_ins:
        about = [person.role, *person.units, _LANGUAGES[person.language or "nb"]]
        people.append(f"{person.id} / {password} ({', '.join(about)})")
    people.append(f"{' / '.join(relative)} (relative, {_LANGUAGES['nb']})")
    return f"Vaka demo: {_address(settings)}  sign in as {', '.join(people)}"


def _address(settings: Settings) -> str:
    return f"http://{settings.web_host}:{settings.web_port}"


def free_port(wanted: int) -> int:
    """The wanted one, or another where it is taken, and that is said: who asked for one looks there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, wanted))
        except OSError as fault:
            probe.bind((HOST, 0))
            found = probe.getsockname()[1]
            _say(f"port {wanted} is not to be had ({fault.strerror}); the pages come on port {found} instead")
        return int(probe.getsockname()[1])


@contextmanager
def _folder(chosen: Path | None) -> Iterator[Path]:
    if chosen is not None:
        chosen.mkdir(parents=True, exist_ok=True)
        yield chosen.absolute()
        return
    with tempfile.TemporaryDirectory(prefix="vaka-demo-") as folder:
        yield Path(folder)


def _say(sentence: str) -> None:
    print(f"vaka demo: {sentence}", file=sys.stderr, flush=True)
