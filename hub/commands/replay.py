"""`vaka replay`: publish a recording as the devices would have, in order, at its own pace or faster."""

from __future__ import annotations

import argparse
import math
import os
import sys
from pathlib import Path
from typing import NamedTuple

import msgspec

from devices.instants import BELIEVE_AGE
from devices.reading import Reading
from hub import clock
from hub.mqtt.broker import BrokerAccess
from hub.mqtt.publisher import Publisher, PublishError
from hub.mqtt.sending import Manner, Native, Zigbee2Mqtt
from hub.recording_file import Recording, UnusableFileError, site_of
from hub.settings import read_settings
from hub.site.installed import installed_site
from rules.building import Site

_TELL_EVERY = 10.0  # seconds


class _Plan(NamedTuple):
    recording: Recording
    manner: Manner
    speed: float
    from_now: bool


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("recording", type=Path, metavar="FILE.csv[.gz]", help="ts,sensor,room,kind,value")
    parser.add_argument("--broker", metavar="URL", help="mqtt://[USER@]HOST[:PORT] or mqtts:// (VAKA_BROKER)")
    parser.add_argument("--user", help="who signs in at the broker")
    parser.add_argument(
        "--password-file", type=Path, help="its first line is the password (VAKA_BROKER_PASSWORD_FILE)"
    )
    parser.add_argument(
        "--speed", type=_speed, default=1.0, metavar="N|max", help="how many times as fast as it was (1)"
    )
    parser.add_argument(
        "--site", type=Path, metavar="FILE", help="the site file (without it: the one in force)"
    )
    parser.add_argument(
        "--as",
        dest="manner",
        choices=("native", "zigbee2mqtt"),
        default="native",
        help="what the messages look like (native)",
    )
    parser.add_argument(
        "--from-now", action="store_true", help="as if it happened now: times are those of sending"
    )


def run(arguments: argparse.Namespace) -> int:
    """0: the broker has all of it; 1: it has not, and why was said."""
    try:
        site = site_of(arguments.site) if arguments.site else installed_site(read_settings())
        recording = Recording(arguments.recording, site.zone)
        plan = _Plan(recording, _manner(arguments.manner, site), arguments.speed, arguments.from_now)
        began = clock.steady()
        with Publisher(_access(arguments), "vaka-replay") as publisher:
            _play(plan, publisher)
        took = clock.steady() - began
    except (UnusableFileError, PublishError) as fault:
        print(fault, file=sys.stderr)
        return 1
    if refused := recording.tell_of_refused():
        print(refused, file=sys.stderr)
    sent = publisher.confirmed
    readings = "reading" if sent == 1 else "readings"
    print(f"{sent} {readings} sent and confirmed in {took:.1f} s ({sent / max(took, 0.001):.0f}/s)")
    return 0


def _play(plan: _Plan, publisher: Publisher) -> None:
    pace = clock.Pace(plan.speed) if math.isfinite(plan.speed) else None
    tell_at = clock.steady() + _TELL_EVERY
    for number, reading in enumerate(plan.recording):
        if number == 0 and not plan.from_now:
            _tell_of_age(reading)
        if pace is not None:
            pace.wait_for(reading.at)
        at = clock.now() if plan.from_now else reading.at
        publisher.publish(*plan.manner.say(reading.device, {reading.measure: reading.value}, at))
        if clock.steady() >= tell_at:
            tell_at = clock.steady() + _TELL_EVERY
            print(f"{publisher.confirmed} sent, now at {reading.at:%Y-%m-%d %H:%M} UTC", file=sys.stderr)


def _tell_of_age(first: Reading) -> None:
    if clock.now() - first.at > BELIEVE_AGE:
        print(
            f"the recording begins {first.at:%Y-%m-%d}: an ordinary hub takes times older than"
            f" {BELIEVE_AGE.days} days as wrong; expected a hub with VAKA_CLOCK=readings, or --from-now",
            file=sys.stderr,
        )


def _manner(name: str, site: Site) -> Manner:
    if name == "native":
        return Native(site.site)
    topics = [gateway.topic for gateway in site.gateways if gateway.kind == "zigbee2mqtt"]
    return Zigbee2Mqtt(*topics[:1])


def _access(arguments: argparse.Namespace) -> BrokerAccess:
    """Where to: what the command was told, and for the rest the settings. Raises SettingsError."""
    told = {
        "VAKA_BROKER": arguments.broker,
        "VAKA_BROKER_PASSWORD_FILE": arguments.password_file and str(arguments.password_file),
    }
    settings = read_settings({**os.environ, **{name: value for name, value in told.items() if value}})
    access = BrokerAccess.from_settings(settings)
    return msgspec.structs.replace(access, username=arguments.user or access.username)


def _speed(text: str) -> float:
    if text == "max":
        return math.inf
    try:
        speed = float(text)
    except ValueError:
        speed = 0.0
    if not 0 < speed < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r} is no speed; expected a number above 0, or max")
    return speed
