"""What one installation is told from outside: the VAKA_* environment variables (docs/settings.md).

Here: where things are and how to reach them. Not here: what the site is like (the site file), and no secret:
a password stands in a file that a setting names.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Literal, NamedTuple, get_args
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from pydantic_core import ErrorDetails

from hub.inside import Inside, inside_of
from rules.building import PersonRole
from rules.duration import parse_clock

PREFIX = "VAKA_"
DATABASE = "vaka.db"


class SettingsError(Exception):
    """One line for each setting that cannot be used: its name, what stands there, what was expected."""


class Broker(NamedTuple):
    """Where the MQTT broker is."""

    host: str
    port: int
    tls: bool
    user: str | None


class Settings(BaseModel):
    """One field for each variable: `web_port` is VAKA_WEB_PORT. Paths: relative to the working directory."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    data: Path = Field(Path("data"), description="Folder of the database.")
    site: str | None = Field(
        None, description="Which site this hub serves. Without it: the only one imported."
    )
    broker: str = Field(
        "mqtt://127.0.0.1:1883",
        description="The MQTT broker: mqtt://USER@HOST:PORT, or mqtts:// with TLS. Never a password.",
    )
    broker_password_file: Path | None = Field(
        None, description="File whose first line is the broker's password."
    )
    broker_ca: Path | None = Field(
        None, description="Certificate authority of the broker (PEM). Without it: those the system trusts."
    )
    client_id: str | None = Field(
        None,
        description="MQTT client identifier; it must never change, the broker keeps our queue by it. "
        "Without it: vaka-hub-SITE.",
    )
    web_host: str = Field("127.0.0.1", description="Address the pages are served at.")
    web_port: Annotated[int, Field(ge=0, le=65535)] = Field(8080, description="Port the pages are served at.")
    web_proxy: str | None = Field(
        None,
        description="Address of the TLS proxy in front of the pages: what it says of its callers is "
        "believed. Without it: nobody's word.",
    )
    clock: Literal["wall", "readings"] = Field(
        "wall", description="`readings` lets the readings' own times drive the deadlines: for replays only."
    )
    influx_url: str | None = Field(
        None, description="InfluxDB 2, e.g. http://influxdb:8086. Without it: none."
    )
    influx_org: str = Field("vaka", description="InfluxDB's organisation.")
    influx_bucket: str = Field("vaka", description="InfluxDB's bucket.")
    influx_token_file: Path | None = Field(None, description="File whose first line is InfluxDB's token.")
    history: Literal["embedded", "influxdb"] = Field(
        "embedded",
        description="Which store the pages ask for what was heard. `influxdb` needs VAKA_INFLUX_URL; "
        "while it is away the embedded one answers.",
    )

    readings_kept: Annotated[int, Field(ge=1, le=3660)] = Field(
        90, description="Days for which every reading is kept. Older ones are deleted."
    )
    hours_kept: Annotated[int, Field(ge=1, le=3660)] = Field(
        730, description="Days for which hourly counts and means are kept, once the readings are gone."
    )

    backup_recipient: str | None = Field(
        None,
        description="Public key that backups are encrypted to (age1…; `vaka backup --new-key FILE`). "
        "Without it: none are written.",
    )
    backup_folder: Path | None = Field(
        None, description="Folder of the backups, best on another disk. Without it: `backups` in VAKA_DATA."
    )
    backup_at: str = Field("02:30", description="Local time of the night's backup.")
    backups_kept: Annotated[int, Field(ge=1, le=366)] = Field(
        30, description="Days for which a backup is kept; the three newest always are."
    )
    metrics_token_file: Path | None = Field(
        None,
        description="File whose first line is what Prometheus sends as bearer token. "
        "Without it: no /metrics.",
    )

    phone_idle_hours: Annotated[int, Field(ge=1, le=8)] = Field(
        8, description="Hours after which somebody is signed out on a phone that they did not use."
    )
    second_factor_for: str | None = Field(
        None,
        description="Roles that sign in with a passkey or a code of an app, with spaces between: "
        "`administrator privacy_officer`. Without it: whoever wants to.",
    )

    oidc_issuer: str | None = Field(
        None,
        description="Another sign-in that counts here (OpenID Connect): its issuer, exactly as it calls "
        "itself, e.g. https://login.example.org/realms/care. Without it: none.",
    )
    oidc_client_id: str | None = Field(None, description="What that sign-in knows Vaka as.")
    oidc_client_secret_file: Path | None = Field(
        None,
        description="File whose first line is Vaka's secret there. Without it: a public client, by PKCE "
        "alone.",
    )
    oidc_name: Annotated[str, Field(min_length=1, max_length=40)] = Field(
        "OpenID", description="What people call it; the button on the sign-in page says so."
    )
    oidc_ca: Path | None = Field(
        None,
        description="Certificate authority of that sign-in (PEM). Without it: those the system trusts.",
    )

    @property
    def second_factor_roles(self) -> frozenset[str]:
        return frozenset((self.second_factor_for or "").split())

    relatives_kept: Annotated[int, Field(ge=1, le=3660)] = Field(
        90,
        description="Days for which a relative is still known after the last consent has ended. Then they "
        "are deleted.",
    )

    web_address: str | None = Field(
        None,
        description="Where people find the pages, e.g. https://vaka.example.org: stands in messages to them.",
    )
    smtp: str | None = Field(
        None,
        description="The mail server: smtp://USER@HOST:587 (STARTTLS) or smtps://USER@HOST. "
        "Without it: no e-mail.",
    )
    smtp_password_file: Path | None = Field(
        None, description="File whose first line is the mail server's password."
    )
    smtp_from: str | None = Field(None, description="The sender of e-mails, e.g. vaka@example.org.")
    webhook_secret_file: Path | None = Field(
        None, description="File whose first line signs webhooks. Without it: no webhooks."
    )
    webhook_hosts: str | None = Field(
        None,
        description="What of the house's own network webhooks may be posted to, with spaces between: servers "
        "and networks, `nurse-call.lan:8080 10.20.0.0/24` (docs/calls.md). Without it: public ones only.",
    )

    @property
    def webhooks_inside(self) -> Inside:
        return inside_of(self.webhook_hosts)

    messengers: str | None = Field(
        None,
        description="Messenger services by which people may be called, with spaces between: `twilio pover`; "
        "of those with a server of one's own that server: `gotifys://push.example.org` (docs/calls.md).",
    )

    @property
    def messengers_allowed(self) -> frozenset[str]:
        return frozenset((self.messengers or "").lower().split())

    push_key_file: Path | None = Field(
        None,
        description="The file of the key that phones are called with (made where there is none; one beside "
        "the database moves there). Hub and watchman need it, the pages do not. Without it: beside the "
        "database.",
    )
    push_server: str | None = Field(
        None,
        description="A push service inside the house, HOST:PORT: phones may be reached through it, though it "
        "is no public address. Without it: only those on the internet.",
    )
    push_server_ca: Path | None = Field(
        None,
        description="Certificate authority of that push service (PEM). Without it: those the system trusts.",
    )
    watch_to_file: Path | None = Field(
        None,
        description="File of Apprise addresses, one a line, that `vaka watch` tells besides those on duty.",
    )
    watch_tell_after: Annotated[int, Field(ge=0, le=300)] = Field(
        45, description="Seconds for which a part of Vaka is down before `vaka watch` tells people."
    )
    watch_web: str | None = Field(
        None,
        description="Where `vaka watch` finds the pages, e.g. http://web:8080. Without it: on this machine.",
    )
    heartbeat_url: str | None = Field(
        None,
        description="An outside watchman's address, told each minute that all is well (`/start` and `/fail` "
        "below it too). Without it: none.",
    )

    @property
    def influx_destination(self) -> str | None:
        """The name under which hub/store/history_cursor.py keeps how far InfluxDB has come."""
        if self.influx_url is None:
            return None
        return f"{self.influx_url}/{self.influx_org}/{self.influx_bucket}"

    @property
    def database(self) -> Path:
        return self.data / DATABASE

    @property
    def backups(self) -> Path:
        return self.backup_folder or self.data / "backups"

    def with_data(self, folder: Path | None) -> Settings:
        """The same with another folder for the database, where one is given."""
        return self if folder is None else self.model_copy(update={"data": folder})

    @property
    def broker_address(self) -> Broker:
        url = urlsplit(self.broker)
        assert url.hostname is not None
        tls = url.scheme == "mqtts"
        return Broker(url.hostname, url.port or (8883 if tls else 1883), tls, url.username)

    @field_validator("broker")
    @classmethod
    def _reachable(cls, text: str) -> str:
        url = urlsplit(text)
        if url.password:
            raise ValueError(
                "a password stands in it; expected the password in the file of VAKA_BROKER_PASSWORD_FILE"
            )
        if url.scheme not in ("mqtt", "mqtts") or not url.hostname or url.path not in ("", "/"):
            raise ValueError(f"{text!r} is no broker's address; expected e.g. mqtt://vaka@broker:1883")
        _ = url.port  # raises ValueError where it is no port
        return text

    @field_validator("backup_at")
    @classmethod
    def _time_of_day(cls, text: str) -> str:
        parse_clock(text)  # raises ValueError where it is none
        return text

    @field_validator("second_factor_for")
    @classmethod
    def _roles(cls, text: str) -> str:
        if unknown := set(text.split()) - set(get_args(PersonRole)):
            raise ValueError(
                f"{sorted(unknown)[0]!r} is no role; expected some of {', '.join(get_args(PersonRole))}"
            )
        return text

    @field_validator("smtp")
    @classmethod
    def _mail_server(cls, text: str) -> str:
        url = urlsplit(text)
        if url.password:
            raise ValueError("a password stands in it; expected it in the file of VAKA_SMTP_PASSWORD_FILE")
        if url.scheme not in ("smtp", "smtps") or not url.hostname or url.path not in ("", "/"):
            raise ValueError(
                f"{text!r} is no mail server's address; expected e.g. smtp://vaka@mail.example.org:587"
            )
        _ = url.port  # raises ValueError where it is no port
        return text

    @field_validator("webhook_hosts")
    @classmethod
    def _named_inside(cls, text: str) -> str:
        inside_of(text)  # raises ValueError where one of them can't be
        return text

    @field_validator("push_server")
    @classmethod
    def _host_and_port(cls, text: str) -> str:
        host, _, port = text.rpartition(":")
        if not host or "/" in host or not port.isdigit() or not 0 < int(port) < 65536:
            raise ValueError(f"{text!r} is no HOST:PORT; expected e.g. push.example.lan:8443")
        return text

    @field_validator("oidc_issuer")
    @classmethod
    def _issuer(cls, text: str) -> str:
        if not is_safe_web_address(text) or urlsplit(text).query or urlsplit(text).fragment:
            raise ValueError(
                f"{text!r} is no https address; expected e.g. https://login.example.org/realms/care"
            )
        return text

    @model_validator(mode="after")
    def _sign_in_comes_back(self) -> Settings:
        missing = [
            f"{PREFIX}{name.upper()}" for name in ("oidc_client_id", "web_address") if not getattr(self, name)
        ]
        if self.oidc_issuer is not None and missing:
            raise ValueError(
                f"VAKA_OIDC_ISSUER is set and {missing[0]} is not; expected all of VAKA_OIDC_ISSUER, "
                "VAKA_OIDC_CLIENT_ID and VAKA_WEB_ADDRESS"
            )
        return self

    @model_validator(mode="after")
    def _mail_has_a_sender(self) -> Settings:
        if self.smtp is not None and "@" not in (self.smtp_from or ""):
            raise ValueError(
                "VAKA_SMTP is set and VAKA_SMTP_FROM is no e-mail address; expected e.g. vaka@example.org"
            )
        return self

    @model_validator(mode="after")
    def _history_is_somewhere(self) -> Settings:
        if self.history == "influxdb" and self.influx_url is None:
            raise ValueError(
                "VAKA_HISTORY is influxdb and VAKA_INFLUX_URL is not set; expected e.g. http://influxdb:8086"
            )
        return self

    @field_validator("influx_url")
    @classmethod
    def _web_address(cls, text: str) -> str:
        url = urlsplit(text)
        if url.username or url.password:
            raise ValueError(
                "an account stands in it; expected a token in the file of VAKA_INFLUX_TOKEN_FILE"
            )
        if url.scheme not in ("http", "https") or not url.hostname:
            raise ValueError(f"{text!r} is no web address; expected e.g. http://influxdb:8086")
        _ = url.port  # raises ValueError where it is no port
        return text.rstrip("/")

    @field_validator("watch_web", "heartbeat_url")
    @classmethod
    def _watched_address(cls, text: str) -> str:
        url = urlsplit(text)
        if url.scheme not in ("http", "https") or not url.hostname or url.query or url.fragment:
            raise ValueError(f"{text!r} is no web address; expected e.g. https://hc-ping.com/UUID")
        _ = url.port  # raises ValueError where it is no port
        return text.rstrip("/")


def is_safe_web_address(text: str) -> bool:
    """https, or this machine itself."""
    url = urlsplit(text)
    here = url.hostname in ("localhost", "127.0.0.1", "::1")
    return (
        bool(url.hostname) and not url.username and (url.scheme == "https" or (url.scheme == "http" and here))
    )


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings of this process. An empty variable is as good as none.

    Raises SettingsError with all that is wrong.
    """
    given = {k.removeprefix(PREFIX).lower(): v for k, v in environment.items() if k.startswith(PREFIX) and v}
    try:
        return Settings.model_validate(given)
    except ValidationError as error:
        raise SettingsError("\n".join(_sentence(e) for e in error.errors())) from None


def first_line(file: Path | None) -> str | None:
    """The secret in a file. OSError where it can't be read."""
    return None if file is None else file.read_text().partition("\n")[0].rstrip("\r")


def _sentence(error: ErrorDetails) -> str:
    if not error["loc"]:
        return str(error["ctx"]["error"])
    name = str(error["loc"][0])
    variable = PREFIX + name.upper()
    if error["type"] == "extra_forbidden":
        near = get_close_matches(name, Settings.model_fields, 1, 0)
        return f"{variable} is no setting; expected e.g. {PREFIX}{near[0].upper()} (all: docs/settings.md)"
    if error["type"] == "value_error":
        return f"{variable}: {error['ctx']['error']}"
    expected = error["msg"].removeprefix("Input should be ")
    return f"{variable} is {error['input']!r}; expected {expected}"
