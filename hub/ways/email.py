"""E-mail, through the house's own mail server."""

from __future__ import annotations

import re
import smtplib
import ssl
from contextlib import closing, suppress
from email.message import EmailMessage
from functools import partial
from typing import NamedTuple
from urllib.parse import urlsplit

from hub.settings import Settings, first_line
from hub.ways.deadline import in_time
from hub.ways.way import TIMEOUT, Failed, Message

_TOO_LATE = Failed("the mail server could not be reached (no answer in time)", for_good=False)
GOODBYE_S = 1.0
"""For so long an answer to QUIT is waited for: whatever it is, the message was taken."""
_OF_THE_ADDRESS = frozenset({550, 551})
"""No such mailbox, or not here (RFC 5321, 4.2.3), where no enhanced code says what it is."""
_OF_OURS = re.compile("relay|sender|auth|spf|dkim|dmarc|spam|block|policy|denied", re.IGNORECASE)
"""Words by which such an answer means whoever comes from here, or what is said."""
_ENHANCED = re.compile(r"5\.(\d{1,3})\.(\d{1,3})\b")
_NO_SUCH_MAILBOX = frozenset({"2.1", "2.2"})
"""RFC 3463: switched off, or full. Of `5.1.…`, the address, all but those about the sender's are meant."""
_OF_THE_SENDER = frozenset({"1.7", "1.8"})
_ADDRESS = re.compile(r"[^\s@<>,;\"]{1,64}@[^\s@<>,;\"]{1,190}")


class MailServer(NamedTuple):
    """`smtps`: TLS from the first byte; `smtp` asks for TLS (STARTTLS) where the server offers it, and
    insists on it where there is a user.
    """

    scheme: str
    host: str
    port: int
    user: str | None
    password: str | None
    sender: str


def mail_server(settings: Settings) -> MailServer | None:
    """None where none is configured. OSError where the password's file can't be read."""
    if settings.smtp is None:
        return None
    url = urlsplit(settings.smtp)
    assert url.hostname is not None
    port = url.port or (465 if url.scheme == "smtps" else 587)
    password = first_line(settings.smtp_password_file)
    return MailServer(url.scheme, url.hostname, port, url.username, password, settings.smtp_from or "")


class Email:
    name = "email"

    def __init__(self, server: MailServer) -> None:
        self._server = server
        self._tls = ssl.create_default_context()  # once: reading the authorities takes 40 ms

    def send(self, message: Message) -> Failed | None:
        return in_time(message.address, partial(self._send, message), _TOO_LATE)

    def _send(self, message: Message) -> Failed | None:
        try:
            with closing(self._connect()) as smtp:
                smtp.send_message(self._mail(message), self._server.sender, [message.address])
                with suppress(smtplib.SMTPException, OSError):
                    if smtp.sock is not None:
                        smtp.sock.settimeout(GOODBYE_S)
                    smtp.quit()  # it has taken the message, whatever it says to that
        except smtplib.SMTPRecipientsRefused as error:
            code, said = next(iter(error.recipients.values()))
            return _refused(code, said, of_the_address=True)
        except smtplib.SMTPDataError as error:
            return _refused(error.smtp_code, error.smtp_error, of_the_address=True)
        except smtplib.SMTPResponseException as error:
            return _refused(error.smtp_code, error.smtp_error)
        except (smtplib.SMTPException, OSError, ValueError) as error:
            return Failed(f"the mail server could not be reached ({error or type(error).__name__})", False)
        return None

    def _connect(self) -> smtplib.SMTP:
        server, context = self._server, self._tls
        if server.scheme == "smtps":
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=TIMEOUT, context=context)
        else:
            smtp = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT)
            smtp.ehlo()
            if smtp.has_extn("starttls") or server.user is not None:
                smtp.starttls(context=context)
        if server.user is not None:
            smtp.login(server.user, server.password or "")
        return smtp

    def _mail(self, message: Message) -> EmailMessage:
        mail = EmailMessage()
        subject = " ".join(message.subject.split())  # a header is one line, whatever a room is called
        mail["Subject"], mail["From"], mail["To"] = subject, self._server.sender, message.address
        mail["Date"] = message.at
        mail["Message-ID"] = f"<{message.id}@{self._server.sender.rpartition('@')[2]}>"
        mail["Auto-Submitted"] = "auto-generated"
        if message.urgent:
            mail["Importance"] = "high"
        mail.set_content(message.body)
        if message.html:
            mail.add_alternative(message.html, subtype="html")
            letter = mail.get_body(("html",))
            assert letter is not None
            for one in message.pictures:
                file, cid = f"{one.name}.png", f"<{one.name}>"
                letter.add_related(one.png, "image", "png", disposition="inline", filename=file, cid=cid)
        return mail


def _refused(code: int, said: bytes | str, *, of_the_address: bool = False) -> Failed:
    """RFC 5321: 4yz may be tried again, 5yz not. `of_the_address`: it may be the address that is refused: we
    had signed in, and the sender was taken.
    """
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    for_good = 500 <= code < 600
    no_such = for_good and of_the_address and _is_of_the_address(code, text)
    return Failed(f"the mail server said {code} {text[:200]}", for_good, refused_address=no_such)


def _is_of_the_address(code: int, text: str) -> bool:
    """And not the server's policy, what it passes on for us, or what the message says."""
    found = _ENHANCED.match(text)
    if found is None:
        return code in _OF_THE_ADDRESS and _OF_OURS.search(text) is None
    what = f"{int(found[1])}.{int(found[2])}"
    return what in _NO_SUCH_MAILBOX or (what.startswith("1.") and what not in _OF_THE_SENDER)


def why_unusable(address: str) -> str | None:
    """A sentence, where it can't be an address."""
    if _ADDRESS.fullmatch(address):
        return None
    return f"{address!r} is no e-mail address; expected e.g. kari@example.org"
