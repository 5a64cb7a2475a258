"""Text messages and messenger services (SMS, Teams, Slack, Pushover …) through Apprise: the address is its
URL, with the service's secrets in it. It is never shown nor logged again; services are called by name.

Only the services below, each of which leaves by the network for one known place, and of them only those that
the operator named: nothing of Apprise runs a program, writes a file or reaches into the house by a URL that
somebody typed.
"""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, partial
from importlib import import_module
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

from hub.ways.deadline import in_time
from hub.ways.way import Failed, Message

NAME = "messenger"


class Service(NamedTuple):
    """`plugin`: Apprise's module and class. `own_server`: its address names a server, which the operator must
    have named as well.
    """

    name: str
    plugin: tuple[str, str]
    own_server: bool = False


SERVICES: dict[str, Service] = {
    "46elks": Service("SMS (46elks)", ("fortysixelks", "Notify46Elks")),
    "bulksms": Service("SMS (BulkSMS)", ("bulksms", "NotifyBulkSMS")),
    "clickatell": Service("SMS (Clickatell)", ("clickatell", "NotifyClickatell")),
    "clicksend": Service("SMS (ClickSend)", ("clicksend", "NotifyClickSend")),
    "infobip": Service("SMS (Infobip)", ("infobip", "NotifyInfobip"), own_server=True),
    "msgbird": Service("SMS (MessageBird)", ("messagebird", "NotifyMessageBird")),
    "plivo": Service("SMS (Plivo)", ("plivo", "NotifyPlivo")),
    "seven": Service("SMS (seven)", ("seven", "NotifySeven")),
    "sinch": Service("SMS (Sinch)", ("sinch", "NotifySinch")),
    "twilio": Service("SMS (Twilio)", ("twilio", "NotifyTwilio")),
    "vonage": Service("SMS (Vonage)", ("vonage", "NotifyVonage")),
    "smseagle": Service("SMS (SMSEagle)", ("smseagle", "NotifySMSEagle"), own_server=True),
    "smseagles": Service("SMS (SMSEagle)", ("smseagle", "NotifySMSEagle"), own_server=True),
    "gchat": Service("Google Chat", ("google_chat", "NotifyGoogleChat")),
    "opsgenie": Service("Opsgenie", ("opsgenie", "NotifyOpsgenie")),
    "pagerduty": Service("PagerDuty", ("pagerduty", "NotifyPagerDuty")),
    "pbul": Service("Pushbullet", ("pushbullet", "NotifyPushBullet")),
    "pover": Service("Pushover", ("pushover", "NotifyPushover")),
    "signl4": Service("SIGNL4", ("signl4", "NotifySIGNL4")),
    "slack": Service("Slack", ("slack", "NotifySlack")),
    "tgram": Service("Telegram", ("telegram", "NotifyTelegram")),
    "threema": Service("Threema", ("threema", "NotifyThreema")),
    "workflows": Service("Teams", ("workflows", "NotifyWorkflows"), own_server=True),
    "wxteams": Service("Webex", ("webexteams", "NotifyWebexTeams")),
    "gotify": Service("Gotify", ("gotify", "NotifyGotify"), own_server=True),
    "gotifys": Service("Gotify", ("gotify", "NotifyGotify"), own_server=True),
    "mmost": Service("Mattermost", ("mattermost", "NotifyMattermost"), own_server=True),
    "mmosts": Service("Mattermost", ("mattermost", "NotifyMattermost"), own_server=True),
    "nctalks": Service("Nextcloud Talk", ("nextcloudtalk", "NotifyNextcloudTalk"), own_server=True),
    "ntfy": Service("ntfy", ("ntfy", "NotifyNtfy"), own_server=True),
    "ntfys": Service("ntfy", ("ntfy", "NotifyNtfy"), own_server=True),
    "rockets": Service("Rocket.Chat", ("rocketchat", "NotifyRocketChat"), own_server=True),
    "signals": Service("Signal", ("signal_api", "NotifySignalAPI"), own_server=True),
}
"""By the scheme of the address."""

OPTIONS = frozenset(
    {"batch", "category", "channel", "device", "from", "id", "mode", "name", "priority", "region", "route",
     "sender", "sig", "signature", "source", "sound", "to", "ver", "workflow"}
)  # fmt: skip
"""What may stand behind the `?` of an address. Others could read a file (`template`), switch off the proof of
who a server is (`verify`), or send headers of somebody's choice (`+…`).
"""
_FOR_GOOD = frozenset({400, 401, 403, 404, 410, 422})
_OF_THE_ADDRESS = frozenset({401, 403, 404, 410})
"""The service's key stands in the address: where it is not taken, the address is refused."""
_STATUS = re.compile(r"error=(\d{3})\b")
_said = threading.local()


class Messenger:
    name = NAME

    def __init__(self, allowed: frozenset[str]) -> None:
        """`allowed`: what the operator named (settings.messengers)."""
        self._allowed = allowed

    def send(self, message: Message) -> Failed | None:
        why = why_unusable(message.address) or why_not_allowed(message.address, self._allowed)
        if why is not None:
            return Failed(why, for_good=True)
        service = SERVICES[urlsplit(message.address).scheme]
        too_late = Failed(f"{service.name} could not be reached", for_good=False)
        return in_time(message.address, partial(self._send, message, service), too_late)

    def _send(self, message: Message, service: Service) -> Failed | None:
        with _listening() as said:
            try:
                taken = bool(_plugin(message.address).notify(title=message.subject, body=message.body))
            except (
                Exception
            ) as error:  # of a library that speaks to thirty services: whatever it is, it waits
                return Failed(f"{service.name}: {type(error).__name__}", for_good=False)
        return None if taken else _failed(service, said)


def why_unusable(address: str) -> str | None:
    """A sentence, where it can't be an address. It repeats nothing of it: there are secrets in it."""
    try:
        url = urlsplit(address)
    except ValueError:
        return "it is no address of a messenger service"
    if not address.isprintable():  # urlsplit leaves line breaks out: Apprise would read another address
        return "there is a line break or another invisible sign in it"
    if url.scheme not in SERVICES:
        named = url.scheme if re.fullmatch(r"[a-z0-9]{1,20}", url.scheme) else "it"
        return f"{named} is none of the services that can be used; expected one of {', '.join(SERVICES)}"
    strange = sorted({name for name, _ in parse_qsl(url.query, keep_blank_values=True)} - OPTIONS)
    if strange:
        return f"the option {strange[0][:20]!r} is not taken; expected one of {', '.join(sorted(OPTIONS))}"
    plugin = _plugin(address)
    if plugin is None or (SERVICES[url.scheme].own_server and not _leads_where_it_says(address, plugin)):
        return f"{SERVICES[url.scheme].name} cannot use this address; see its page at Apprise's"
    return None


def why_not_allowed(address: str, allowed: frozenset[str]) -> str | None:
    """A sentence, where the operator has not named the service, or not this server of it."""
    url = urlsplit(address)
    service = SERVICES[url.scheme]
    server = f"{url.scheme}://{url.netloc.rpartition('@')[2].lower()}" if service.own_server else url.scheme
    if server in allowed:
        return None
    return f"VAKA_MESSENGERS does not name {server if service.own_server else service.name}"


def _leads_where_it_says(address: str, plugin: Any) -> bool:
    """Whether Apprise takes the same server from an address as we do, who ask whether the operator named it.
    They read some differently (two `@`, a backslash): by that a carer would reach into the house.
    """
    url = urlsplit(address)
    try:
        ours = (url.hostname, url.port)
    except ValueError:  # no number for a port
        return False
    theirs = (str(plugin.host).lower(), getattr(plugin, "port", None))
    return ours == theirs and url.netloc.count("@") <= 1 and "\\" not in url.netloc


def shown(address: str) -> str:
    """What may be shown of an address: the service's name, never a secret."""
    service = SERVICES.get(urlsplit(address).scheme)
    return service.name if service is not None else "?"


def _plugin(address: str) -> Any:
    """The service's plugin with what the address says; None where it can't be used. Only this one is
    loaded.
    """
    from apprise import AppriseAsset  # here: it takes 0.3 s, and most hubs need none of it

    module, name = SERVICES[urlsplit(address).scheme].plugin
    kind = getattr(import_module(f"apprise.plugins.{module}"), name)
    # Nothing is kept on the disk, no address follows another's word, and nothing waits for the next message.
    asset = AppriseAsset(storage_mode="memory", http_redirects=False, async_mode=False)
    _heard_by_us()
    with _listening():
        try:
            parsed = kind.parse_url(address)
            made = kind(**parsed, asset=asset) if parsed else None
        except (TypeError, ValueError):
            return None
    if made is not None:
        made.request_rate_per_sec = 0
    return made


def _failed(service: Service, said: list[str]) -> Failed:
    """Apprise tells only in its log why a message did not go out: the status in it says whether for good."""
    found = [int(status) for line in said for status in _STATUS.findall(line)]
    if not found:
        return Failed(f"{service.name} could not be reached", for_good=False)
    status = found[-1]
    return Failed(
        f"{service.name} answered {status}",
        for_good=status in _FOR_GOOD,
        refused_address=status in _OF_THE_ADDRESS,
    )


class _Listener(logging.Handler):
    """Hears what Apprise says of the message that this thread sends; nothing of it goes into our own log."""

    def emit(self, record: logging.LogRecord) -> None:
        lines = getattr(_said, "lines", None)
        if lines is not None:
            lines.append(record.getMessage())


@cache
def _heard_by_us() -> None:
    log = logging.getLogger("apprise")
    log.propagate = False
    log.setLevel(logging.WARNING)
    log.addHandler(_Listener())


@contextmanager
def _listening() -> Iterator[list[str]]:
    lines: list[str] = []
    before, _said.lines = getattr(_said, "lines", None), lines
    try:
        yield lines
    finally:
        _said.lines = before
