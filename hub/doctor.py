"""What is wrong with an installation, and what to do about it: looked at from outside, as it stands now.

Here: one function for each thing that is looked at. Not here: how it is said (hub/commands/doctor.py).
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from hub.mqtt.broker import BrokerAccess
from hub.mqtt.embedded_broker import left_in
from hub.mqtt.publisher import Publisher, PublishError
from hub.settings import Settings
from hub.site.file import SiteFile
from hub.store import absences, credentials, health, pauses, protection, quarantine
from hub.store.health import Health
from rules.building import Site
from rules.catalogue import catalogue
from rules.legal_basis import reviews
from rules.protection import Why
from rules.rulebook import rulebook

HUB_ALIVE_WITHIN = timedelta(seconds=5)
WAITING_TOO_LONG = timedelta(minutes=1)
NEWS = timedelta(days=1)
DISK_WRONG, DISK_LOOK = 200 * 1024**2, 1024**3
NAMED = 5
_CURES = {
    "broker": "start the broker, or correct VAKA_BROKER and its password file",
    "backlog": "it passes by itself; where it does not, restart the hub",
    "gateway": "look at the gateway: power, network, its own log",
    "disk": "make room where VAKA_DATA is: nothing that comes in is acknowledged until then",
    "influxdb": "start InfluxDB, or correct VAKA_INFLUX_URL and the token; what it has not got waits here",
    "threads": "the hub's log says what failed; vaka prove tries the alerting; restart the hub",
    "ways": "correct what is named; vaka prove tries the whole chain",
}
"""What to do about a part of the hub that is not well."""


class Remark(NamedTuple):
    """`wrong`: it does not work as it must. `look`: it works, and somebody should look at it. `cure` is what
    to do.
    """

    state: Literal["ok", "look", "wrong"]
    what: str
    cure: str = ""


def on_database(connection: sqlite3.Connection, settings: Settings) -> Iterator[Remark]:
    found = [str(row[0]) for row in connection.execute("PRAGMA quick_check")]
    if found == ["ok"]:
        yield Remark("ok", f"the database {settings.database} is whole")
    else:
        yield Remark(
            "wrong",
            f"the database {settings.database} is damaged: {found[0]}",
            "stop the hub, keep the file, and put back the last good copy",
        )


def on_disk(settings: Settings) -> Iterator[Remark]:
    free = shutil.disk_usage(settings.data).free
    size = f"{free / 1024**3:.1f} GiB"
    if free < DISK_WRONG:
        yield Remark(
            "wrong", f"only {size} of disk are free", "make room: with a full disk no reading is taken"
        )
    elif free < DISK_LOOK:
        yield Remark("look", f"{size} of disk are free", "make room before it is full")
    else:
        yield Remark("ok", f"{size} of disk are free")


def on_clock(settings: Settings) -> Iterator[Remark]:
    if settings.clock == "readings":
        yield Remark(
            "look",
            "time passes only as readings come (VAKA_CLOCK is readings)",
            "unset it, except for a replay: silence is not noticed",
        )


def on_web_address(settings: Settings) -> Iterator[Remark]:
    if settings.web_address is None:
        yield Remark(
            "look",
            "links in messages and invitations go by whatever address a browser asked for",
            "set VAKA_WEB_ADDRESS to where the pages are",
        )


def on_site(file: SiteFile) -> Iterator[Remark]:
    yield Remark("ok", f"the site in force is {file.site.name} ({file.site.site})")
    for warning in file.warnings:
        yield Remark("look", str(warning), "add the sensor, or take the rule away there; then vaka import")


def on_passwords(connection: sqlite3.Connection, site: Site) -> Iterator[Remark]:
    known = credentials.people(connection, site.site)
    without = [person.id for person in site.people if person.id not in known]
    if not site.people or len(without) == len(site.people):
        yield Remark("wrong", "nobody can sign in", "vaka password PERSON sets a password")
    elif without:
        yield Remark("look", f"no password yet: {_some(without)}", "vaka password PERSON sets one")
    else:
        yield Remark("ok", "everybody has a password")


def on_who_decides(site: Site) -> Iterator[Remark]:
    roles = {person.role for person in site.people}
    if "administrator" not in roles:
        yield Remark(
            "look",
            "the house has no administrator: nobody can add people, password links or keys of programs",
            "add a person with `role: administrator` to the site file; then vaka import",
        )
    if "leader" not in roles:
        yield Remark(
            "look",
            "the house has no leader: nobody can plan the roster, invite relatives or export a resident",
            "add a person with `role: leader` to the site file; then vaka import",
        )


def on_broker(settings: Settings) -> Iterator[Remark]:
    """A connection of our own beside the hub's: under another client identifier, which disturbs nobody. A
    demo's data has its own broker beside it.
    """
    chosen = "broker" in settings.model_fields_set
    demo = None if chosen else left_in(settings.data / "broker")
    access = demo.access if demo is not None else BrokerAccess.from_settings(settings)
    cure = f"start the demo again: vaka demo --data {settings.data}" if demo is not None else _CURES["broker"]
    try:
        with Publisher(access, "vaka-doctor"):
            pass
    except PublishError as fault:
        yield Remark("wrong", str(fault), cure)
        return
    yield Remark("ok", f"the broker {access} lets us in")


def on_hub(connection: sqlite3.Connection, site: Site, now: datetime) -> Iterator[Remark]:
    parts = {part.part: part for part in health.everything(connection, site.site)}
    hub = parts.pop("hub", None)
    if hub is None or now - hub.seen > HUB_ALIVE_WITHIN:
        last = "was never at work" if hub is None else f"was last at work {local(hub.seen, site)}"
        yield Remark("wrong", f"the hub {last}", "start it: vaka up, or vaka hub")
        return
    yield Remark("ok", "the hub is at work")
    for part in parts.values():
        yield from _on_part(part, site)


def on_residents(connection: sqlite3.Connection, site: Site, now: datetime) -> Iterator[Remark]:
    """By pseudonym and room: a technician needs no names."""
    today = now.astimezone(site.zone).date()
    rooms = {resident.id: resident.room for resident in site.residents if resident.lives_here(today)}
    standings = {r: s for r, s in protection.now(connection, site.site).items() if r in rooms}
    for resident, standing in sorted(standings.items()):
        state = standing.protection.state
        if state != "protected":
            reasons = _some([_why(why) for why in standing.protection.why], "; ")
            since = local(standing.since, site)
            what = f"{resident} in {rooms[resident]} is {state} since {since}: {reasons}"
            yield Remark(
                "wrong" if state == "unprotected" else "look", what, "see to these sensors and rules"
            )
    if standings and all(s.protection.state == "protected" for s in standings.values()):
        yield Remark("ok", "every resident is protected")


def on_pauses(connection: sqlite3.Connection, site: Site, now: datetime) -> Iterator[Remark]:
    for pause in pauses.active(connection, site.site):
        what = f"{pause.subject} in {pause.room} is off until {local(pause.ends_at, site)}, by {pause.owner}"
        if pause.ends_at < now - HUB_ALIVE_WITHIN:
            yield Remark("wrong", f"{what}, and has not gone on again", "the hub does that: start it")
        else:
            yield Remark("look", f"{what}: {pause.reason}", "vaka resume switches it on again")


def on_absences(connection: sqlite3.Connection, site: Site, now: datetime) -> Iterator[Remark]:
    for absence in absences.active(connection, site.site):
        what = f"{absence.resident} is away until {local(absence.back_by, site)}, by {absence.registered_by}"
        if absence.back_by < now - HUB_ALIVE_WITHIN:
            yield Remark("wrong", f"{what}, and the rules still rest", "the hub does that: start it")
        else:
            yield Remark("look", f"{what}: the rules rest", "vaka back says that they came home")


def on_legal_basis(site: Site, now: datetime) -> Iterator[Remark]:
    """What is off for lack of a legal basis, and the reviews that fall due."""
    if site.legal_basis != "required":
        return
    today = now.astimezone(site.zone).date()
    for off in rulebook(site, catalogue(), today).without_basis:
        whom = ", ".join(off.residents)
        what = f"{off.rule} in {off.room} is off: no legal basis ({whom})"
        yield Remark("look", what, "legal_basis: at the resident, where there is one")
    for review in reviews(site, today):
        falls_due = "ends" if review.ends else "is to be reviewed by"
        what = f"the legal basis of {review.resident} {falls_due} {review.on}"
        if review.on < today:
            yield Remark("wrong", f"{what}: overdue", "review it, and put the next date into the site file")
        else:
            yield Remark("look", what, "review it, and put the next date into the site file")


def on_quarantine(connection: sqlite3.Connection, site: Site, now: datetime) -> Iterator[Remark]:
    newest_first = quarantine.rows(connection, site.site, quarantine.TOPICS_KEPT)
    found = [q for q in newest_first if now - q.last_received_at <= NEWS]
    if not found:
        yield Remark("ok", "every message of the last day was understood")
        return
    count = sum(q.count for q in found)
    yield Remark("look", f"{count} messages were not understood, the newest in the last day:")
    for q in found[:NAMED]:
        yield Remark("look", f"  {q.topic}: {q.reason} ({q.count} times)")


def _on_part(part: Health, site: Site) -> Iterator[Remark]:
    if part.state == "ok":
        return
    what = f"{part.part} is {part.state} since {local(part.since, site)}: {part.detail}"
    yield Remark(
        "wrong" if part.state == "down" else "look", what, _CURES.get(part.part.partition(":")[0], "")
    )


def _why(why: Why) -> str:
    return {
        "no_rule": "no rule watches over them",
        "no_sensor": f"the rule {why.what} has no sensor there",
        "never_heard": f"{why.what} was never heard",
        "no_basis": f"the rule {why.what} is off: no legal basis",
        "device_tested": f"{why.what} is under test by {why.by}",
        "device_paused": f"{why.what} is paused by {why.by}: {why.because}",
        "paused": f"the rule {why.what} is paused there",
        "away": f"away until {why.what}",
        "not_heard": f"{why.what} cannot be heard",
    }[why.cause]


def _some(names: list[str], between: str = ", ") -> str:
    return between.join(names[:NAMED]) + (
        f"{between}and {len(names) - NAMED} more" if len(names) > NAMED else ""
    )


def local(at: datetime, site: Site) -> str:
    return f"{at.astimezone(site.zone):%Y-%m-%d %H:%M}"
