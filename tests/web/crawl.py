"""What a browser sees of a page, without one: its links, its forms, and what must never stand in it."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import unquote, urljoin, urlsplit

from httpx2 import Response
from starlette.testclient import TestClient

MOST_OF_A_KIND = 2
"""Pages that differ only in what they are about: so many of each are looked at."""
NOT_FOLLOWED = ("/live", "/static/", "/icons/", "/service-worker.js", "/manifest.webmanifest")


@dataclass
class Form:
    """`fields`: name → (type, what stands there)."""

    page: str
    action: str
    method: str
    multipart: bool
    fields: list[tuple[str, str, str]] = field(default_factory=list)

    @property
    def kind(self) -> tuple[str, str, tuple[str, ...]]:
        """The same form on another page, or about something else."""
        return self.method, kind_of(self.action), tuple(sorted({name for name, _, _ in self.fields}))


class Page(HTMLParser):
    """`inline`: scripts and styles that stand in the page itself, which the CSP would stop."""

    def __init__(self, address: str, text: str) -> None:
        super().__init__()
        self.address, self.links, self.forms, self.inline = address, list[str](), list[Form](), list[str]()
        self._form: Form | None = None
        self._in = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        self.inline += [f"{tag} {name}" for name in said if name.startswith("on") or name == "style"]
        if tag == "script" and "src" not in said and said.get("type") != "application/json":
            self.inline.append("script")
        if tag == "style":
            self.inline.append("style")
        if tag == "a" and "href" in said:
            self.links.append(urljoin(self.address, said["href"]))
        if tag == "form":
            action = urljoin(self.address, said.get("action", ""))
            multipart = said.get("enctype") == "multipart/form-data"
            self._form = Form(self.address, action, said.get("method", "get").lower(), multipart)
            self.forms.append(self._form)
        if self._form is not None and tag in ("input", "select", "textarea", "button") and "name" in said:
            sort = said.get("type", "text") if tag == "input" else tag
            self._form.fields.append((said["name"], sort, said.get("value", "")))
        if self._form is not None and tag == "option" and self._form.fields:
            name, sort, value = self._form.fields[-1]
            if sort == "select" and not value:
                self._form.fields[-1] = (name, sort, said.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None


def kind_of(address: str) -> str:
    """The address without what it is about: `/people/*`."""
    path = urlsplit(address).path
    return re.sub(r"/(?=[^/]*(\d|%|@))[^/]+", "/*", path)


def crawl(browser: TestClient, start: str) -> dict[str, tuple[Response, Page | None]]:
    """All that somebody comes to by links."""
    found: dict[str, tuple[Response, Page | None]] = {}
    waiting, kinds = [start], dict[str, int]()
    while waiting:
        address = waiting.pop(0)
        parts = urlsplit(address)
        at = f"{parts.path}?{parts.query}" if parts.query else parts.path
        kind = kind_of(at) + ("?" if parts.query else "")
        foreign = parts.netloc not in ("", "testserver")
        if at in found or foreign or parts.path.startswith(NOT_FOLLOWED):
            continue
        kinds[kind] = kinds.get(kind, 0) + 1
        if kinds[kind] > MOST_OF_A_KIND:
            continue
        answer = browser.get(at)
        page = None
        if answer.headers.get("content-type", "").startswith("text/html"):
            page = Page(at, answer.text)
            waiting += page.links
        if "location" in answer.headers:
            waiting.append(urljoin(at, answer.headers["location"]))
        found[at] = (answer, page)
    return found


def says_in_the_address(address: str, words: tuple[str, ...]) -> list[str]:
    return [word for word in words if word in unquote(address)]
