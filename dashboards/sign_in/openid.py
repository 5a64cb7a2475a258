"""Another one's word for who somebody is (OpenID Connect): where to send them, and whether what comes back
holds.

Here: the provider's documents and keys, the exchange of a code, the checks of an ID token. Not here: whose
account it is (hub/store/identities.py), the pages (openid_page.py). What the provider says besides issuer
and subject is not read: no names and no addresses come in by it.
"""

from __future__ import annotations

import hmac
import json
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple
from urllib.parse import urlencode, urlsplit

import requests
from authlib.common.security import generate_token
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import ExpiredTokenError, InvalidClaimError, JoseError, MissingClaimError
from joserfc.jwk import KeySet
from pydantic import BaseModel, Field, ValidationError, field_validator

from hub.clock import steady
from hub.settings import Settings, first_line, is_safe_web_address

log = logging.getLogger(__name__)
BACK = "/sign-in/openid/back"
SCOPE = "openid"
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]
"""Signed by a key that the provider alone has: never `none`, and never a secret that two share."""
TIMEOUT_S = 5
AT_ONCE = 4
"""[default] A provider that hangs must not take the threads that password sign-ins need."""
LARGEST = 262_144
KEPT = timedelta(hours=1)
SEEN_ALIVE = timedelta(seconds=5)
"""[default] Nobody is sent off to a provider that did not answer just now: they would end on a dead page."""
KEYS_AGAIN = timedelta(seconds=10)
"""[default] A token by a key we do not know has us look for new keys, this often at most."""
NOT_AGAIN = timedelta(seconds=10)
"""[default] After it could not be reached."""
LEEWAY_S = 60

Why = Literal["away", "state", "denied", "issuer", "code", "token", "nonce", "audience", "expired", "old"]
"""Why somebody does not come in: the provider is away; the answer is to another question; they or the
provider said no; it is by somebody else; the code was used or made up; the token is not signed as it must
be or not whole; it answers another question; it is for another program; it is over; they signed in at the
provider too long ago.
"""


class Refused(NamedTuple):
    why: Why


class Said(NamedTuple):
    """Who it is by the provider's word."""

    issuer: str
    subject: str


class Flow(NamedTuple):
    """What is kept of a question until its answer. `anew_since`: they must sign in at the provider after
    this. `links`: the session (its hash) and the person whose account is to be linked; None: somebody signs
    in.
    """

    state: str
    nonce: str
    verifier: str
    shared: bool = False
    anew_since: datetime | None = None
    links: tuple[bytes, str] | None = None


class Metadata(BaseModel):
    """Of the provider's discovery document (OpenID Connect Discovery 1.0)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    end_session_endpoint: str | None = None
    token_endpoint_auth_methods_supported: list[str] = ["client_secret_basic"]
    authorization_response_iss_parameter_supported: bool = False

    @field_validator("authorization_endpoint", "token_endpoint", "jwks_uri", "end_session_endpoint")
    @classmethod
    def _safe(cls, text: str | None) -> str | None:
        if text is not None and not is_safe_web_address(text):
            raise ValueError(f"{text!r} is no https address")
        return text


class Keys(BaseModel):
    """Of the provider's keys (RFC 7517)."""

    keys_: list[dict[str, Any]] = Field(alias="keys")


class Tokens(BaseModel):
    """Of its answer for a code; anything else in it is not read."""

    id_token: str | None = None
    access_token: str | None = None
    expires_in: int | None = None
    expires_at: int | None = None


class Known(NamedTuple):
    metadata: Metadata
    keys: KeySet
    asked_at: datetime
    keys_at: datetime


class Provider:
    """The one that VAKA_OIDC_ISSUER names. What it says of itself is kept for an hour."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._known: Known | None = None
        self._failed_at: datetime | None = None
        self._lock = threading.Lock()
        self._calls = threading.BoundedSemaphore(AT_ONCE)
        self._turns = threading.BoundedSemaphore(AT_ONCE)

    @property
    def name(self) -> str | None:
        """What the button says; None: nobody signs in this way here."""
        return None if self._settings.oidc_issuer is None else self._settings.oidc_name

    @property
    def issuer(self) -> str:
        return self._settings.oidc_issuer or ""

    @property
    def redirect_uri(self) -> str:
        return f"{(self._settings.web_address or '').rstrip('/')}{BACK}"

    def ask(
        self, now: datetime, shared: bool = False, links: tuple[bytes, str] | None = None
    ) -> tuple[str, Flow] | Refused:
        """Where to send the browser, and what to keep until it comes back. At a shared screen, and where an
        account is linked, the provider must not take somebody's earlier sign-in for who stands there now.
        """
        known = self._ask_of_itself(now, SEEN_ALIVE)
        if known is None or now - known.asked_at >= SEEN_ALIVE:
            return Refused("away")
        anew = shared or links is not None
        flow = Flow(
            generate_token(43), generate_token(43), generate_token(64), shared, now if anew else None, links
        )
        with self._session(known.metadata) as session:
            address, _ = session.create_authorization_url(
                known.metadata.authorization_endpoint,
                state=flow.state,
                nonce=flow.nonce,
                code_verifier=flow.verifier,
                **({"prompt": "login", "max_age": "0"} if anew else {}),
            )
        return address, flow

    def answered(
        self, flow: Flow, state: str, code: str, iss: str | None, error: str, now: datetime
    ) -> Said | Refused:
        """What the browser brought back: who it is, or why that does not count."""
        known = self._ask_of_itself(now)
        if not hmac.compare_digest(flow.state.encode(), state.encode()):
            return Refused("state")
        if known is None:
            return Refused("away")
        must_say = known.metadata.authorization_response_iss_parameter_supported
        if iss != self.issuer if iss is not None else must_say:  # RFC 9207
            return Refused("issuer")
        if error or not code:
            return Refused("denied")
        token = self._exchange(known, flow, code)
        return token if isinstance(token, Refused) else self._checked(known, flow, token, now)

    def sign_out_address(self, now: datetime) -> str | None:
        """Where somebody signs out of the provider too (RP-Initiated Logout 1.0); it asks them. None where
        it has no such page, or is away. No hint of who it is: that would stand in an address.
        """
        known = self._ask_of_itself(now)
        if known is None or known.metadata.end_session_endpoint is None:
            return None
        back = f"{(self._settings.web_address or '').rstrip('/')}/sign-in"
        said = urlencode({"client_id": self._settings.oidc_client_id, "post_logout_redirect_uri": back})
        joint = "&" if urlsplit(known.metadata.end_session_endpoint).query else "?"
        return f"{known.metadata.end_session_endpoint}{joint}{said}"

    def _exchange(self, known: Known, flow: Flow, code: str) -> dict[str, object] | Refused:
        try:
            with self._calling(), self._session(known.metadata) as session:
                token = session.fetch_token(
                    known.metadata.token_endpoint,
                    grant_type="authorization_code",
                    code=code,
                    code_verifier=flow.verifier,
                    allow_redirects=False,
                    stream=True,
                    hooks={"response": _keep_whole},
                )
        except OAuthError as error:
            log.warning("The sign-in provider refused a code: %s", error.error)
            return Refused("code")
        except (requests.RequestException, OSError, ValueError) as error:
            log.warning("The sign-in provider did not answer for a code: %s", type(error).__name__)
            return Refused("away")
        return dict(token)

    def _checked(self, known: Known, flow: Flow, token: dict[str, object], now: datetime) -> Said | Refused:
        decoded = self._decoded(known, str(token.get("id_token") or ""), now)
        if decoded is None:
            return Refused("token")
        claims = CodeIDToken(
            decoded.claims,
            decoded.header,
            {
                "iss": {"essential": True, "value": self.issuer},
                "aud": {"essential": True, "value": self._settings.oidc_client_id or ""},
            },
            {
                "nonce": flow.nonce,
                "client_id": self._settings.oidc_client_id,
                "access_token": token.get("access_token"),
                "max_age": 0 if flow.anew_since is None else 1,
            },
        )
        try:
            claims.validate(now=int(now.timestamp()), leeway=LEEWAY_S)
        except ExpiredTokenError:
            return Refused("expired")
        except (InvalidClaimError, MissingClaimError) as error:
            return Refused(_why_of(error.claim))
        except (JoseError, ValueError, TypeError):
            return Refused("token")
        if flow.anew_since is not None and claims["auth_time"] < flow.anew_since.timestamp() - LEEWAY_S:
            return Refused("old")
        subject = claims["sub"]
        if not isinstance(subject, str) or not 0 < len(subject) <= 255:
            return Refused("token")
        return Said(self.issuer, subject)

    def _decoded(self, known: Known, id_token: str, now: datetime) -> jwt.Token | None:
        """By the keys we know; if it does not fit any, by newly fetched ones: the provider may have new
        keys.
        """
        for keys in (known.keys, None):
            if keys is None:
                keys = self._newer_keys(known, now)
            if keys is None:
                return None
            try:
                return jwt.decode(id_token, keys, algorithms=ALGORITHMS)
            except (JoseError, ValueError, TypeError, KeyError) as error:
                log.info("An ID token was not taken: %s", type(error).__name__)
        return None

    def _ask_of_itself(self, now: datetime, kept: timedelta = KEPT) -> Known | None:
        """Discovery and keys, from memory where they are younger than `kept`; older ones, or None, where it
        is away. Of several who ask at once one does, and a few wait for it; and after it failed nobody waits
        for it again so soon.
        """
        if self._is_young(now, kept) or self._failed_recently(now):
            return self._known
        if not self._turns.acquire(blocking=False):
            return self._known
        try:
            return self._asked_in_turn(now, kept)
        finally:
            self._turns.release()

    def _asked_in_turn(self, now: datetime, kept: timedelta) -> Known | None:
        if not self._lock.acquire(timeout=TIMEOUT_S):
            return self._known
        try:
            if not (self._is_young(now, kept) or self._failed_recently(now)):
                self._known = self._fetched(now)
        except (requests.RequestException, OSError, ValueError, JoseError) as error:
            self._failed_at = now
            log.warning("The sign-in provider %s cannot be used: %s", self.issuer, _short(error))
        finally:
            self._lock.release()
        return self._known

    def _is_young(self, now: datetime, kept: timedelta) -> bool:
        return self._known is not None and timedelta(0) <= now - self._known.asked_at < kept

    def _failed_recently(self, now: datetime) -> bool:
        return self._failed_at is not None and timedelta(0) <= now - self._failed_at < NOT_AGAIN

    def _fetched(self, now: datetime) -> Known:
        document = self._get(f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
        metadata = Metadata.model_validate(document)
        if metadata.issuer != self.issuer:
            raise ValueError(f"it calls itself {metadata.issuer!r}")
        return Known(metadata, self._keys(metadata), now, now)

    def _newer_keys(self, known: Known, now: datetime) -> KeySet | None:
        if timedelta(0) <= now - known.keys_at < KEYS_AGAIN:
            return None
        try:
            keys = self._keys(known.metadata)
        except (requests.RequestException, OSError, ValueError, JoseError) as error:
            log.warning("The sign-in provider's keys cannot be had: %s", _short(error))
            return None
        self._known = known._replace(keys=keys, keys_at=now)
        return keys

    def _keys(self, metadata: Metadata) -> KeySet:
        keys = Keys.model_validate(self._get(metadata.jwks_uri))
        try:
            return KeySet.import_key_set({"keys": keys.keys_})
        except (AttributeError, KeyError, TypeError) as error:  # what joserfc makes of a key of another shape
            raise ValueError(f"keys of another shape: {type(error).__name__}") from error

    def _get(self, address: str) -> dict[str, Any]:
        """Raises requests.RequestException, OSError or ValueError."""
        with (
            self._calling(),
            requests.get(
                address, timeout=TIMEOUT_S, allow_redirects=False, stream=True, verify=self._trusted()
            ) as answer,
        ):
            answer.raise_for_status()
            if answer.status_code != 200:
                raise ValueError(f"{address} answers {answer.status_code}")
            return _object(_whole(answer))

    @contextmanager
    def _calling(self) -> Iterator[None]:
        if not self._calls.acquire(timeout=TIMEOUT_S):
            raise TimeoutError("too many ask it at once")
        try:
            yield
        finally:
            self._calls.release()

    def _session(self, metadata: Metadata) -> OAuth2Session:
        """Raises OSError where the secret cannot be read."""
        secret = first_line(self._settings.oidc_client_secret_file)
        how = None
        if secret is not None and "client_secret_basic" not in metadata.token_endpoint_auth_methods_supported:
            how = "client_secret_post"
        session = OAuth2Session(
            self._settings.oidc_client_id,
            secret,
            token_endpoint_auth_method=how,
            scope=SCOPE,
            redirect_uri=self.redirect_uri,
            code_challenge_method="S256",
            default_timeout=TIMEOUT_S,
        )
        session.verify = self._trusted()
        return session

    def _trusted(self) -> bool | str:
        return True if self._settings.oidc_ca is None else str(self._settings.oidc_ca)


def _whole(answer: requests.Response) -> bytes:
    """What it says, if that has an end. Raises ValueError and OSError."""
    text, until = b"", steady() + TIMEOUT_S
    while piece := answer.raw.read1(LARGEST, decode_content=True):
        text += piece
        if len(text) > LARGEST:
            raise ValueError(f"{answer.url} says more than {LARGEST} bytes")
        if steady() > until:
            raise TimeoutError(f"{answer.url} does not come to an end")
    return text


def _object(text: bytes) -> dict[str, Any]:
    """Raises ValueError where it is no JSON object, or nested without end."""
    try:
        said = json.loads(text)
    except RecursionError:
        raise ValueError("too many levels") from None
    if not isinstance(said, dict):
        raise ValueError("no JSON object")
    return said


def _keep_whole(answer: requests.Response, **_: object) -> None:
    """Of a token's answer what is read of it, where requests would put it, had it no limit to mind."""
    answer._content = _whole(answer)
    if answer.ok:
        Tokens.model_validate(_object(answer._content))


def _why_of(claim: str) -> Why:
    named: dict[str, Why] = {
        "nonce": "nonce",
        "aud": "audience",
        "azp": "audience",
        "iss": "issuer",
        "auth_time": "old",
    }
    return named.get(claim, "token")


def _short(error: Exception) -> str:
    """Without what a server answered, which may hold anything."""
    if isinstance(error, ValidationError):
        return "its discovery document lacks " + ", ".join(str(e["loc"][0]) for e in error.errors())
    return str(error)[:200] if type(error) is ValueError else type(error).__name__
