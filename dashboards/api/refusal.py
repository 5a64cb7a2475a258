"""How every call says no: problem details as RFC 9457 has them, with a reason that a program can read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NoReturn

from fastapi import HTTPException
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from hub.site.change import Changed, Conflict
from hub.site.edits import Fault, Refused
from hub.site.errors import Problem
from hub.store.site_changes import SiteChange
from rules.language import norwegian
from rules.pause import Refusal as Declined
from rules.wording import Language
from rules.wording.invalid import expected_of, refused_in_words
from rules.wording.problems import title_of_problem
from rules.wording.site_file import fault_in_words

MEDIA_TYPE = "application/problem+json"
EXPLAINED_AT = "/help/api"
"""The page that every problem's `type` leads to."""


KINDS: Mapping[int, str] = {
    400: "malformed",
    401: "sign_in_needed",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    409: "conflict",
    410: "gone",
    412: "not_as_read",
    413: "too_large",
    415: "unknown_media_type",
    422: "invalid",
    428: "precondition_required",
    429: "too_many_requests",
    500: "our_mistake",
    503: "not_available",
}
"""The types of problems by status: their names, which are their reasons too where nothing is known more
exactly. How each is called: rules/wording/problems.py.
"""


class WrongOut(BaseModel):
    """One thing that is wrong with a call."""

    where: str = Field(description="body, query, path or header, and the way to it: `body.units.0`")
    wrong: str
    expected: str


class Refusal(BaseModel):
    """Nothing was changed, and why (application/problem+json)."""

    type: str = Field(description="The kind of problem: where it is explained, relative to this server")
    title: str
    status: int
    detail: str
    instance: str = Field(description="The path that was asked for")
    reason: str = Field(description="For programs: a name that stays, more exact than the type")
    errors: list[WrongOut] = Field([], description="Of 422: all that is wrong, at once")


class RefusedError(HTTPException):
    """A refusal with its reason; `more`: what else its body says; `named`: whom or what its words name."""

    def __init__(
        self,
        status: int,
        detail: str,
        reason: str = "",
        more: Mapping[str, Any] | None = None,
        headers: dict[str, str] | None = None,
        named: str = "",
    ) -> None:
        super().__init__(status, detail, headers)
        self.reason, self.more, self.named = reason, more or {}, named


def detail_of(error: RefusedError, language: Language) -> str:
    """In the reader's words, as the pages say it; in English as it was said, which is more exact."""
    if not norwegian(language):
        return error.detail
    faults = error.more.get("problems") or ()
    if error.status_code == 422 and faults:
        return " ".join(fault_in_words(one["wrong"], one["expected"], language) for one in faults)
    return refused_in_words(error.reason, error.detail, language, error.named)


def refused_as(reason: str) -> RefusedError:
    """422, for a reason that has its words."""
    return RefusedError(422, refused_in_words(reason, reason, "en"), reason)


def declined(status: int, refusal: Declined) -> RefusedError:
    """What the hub would not do, with its own name for why."""
    return RefusedError(status, refusal.why, refusal.code, named=refusal.named)


def problem(
    path: str,
    language: Language,
    status: int,
    detail: str,
    reason: str = "",
    more: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """The answer. Its title is in the language of who asked; what programs read stays."""
    kind = KINDS.get(status, f"status_{status}")
    body = {
        "type": f"{EXPLAINED_AT}#{kind}",
        "title": title_of_problem(kind, language),
        "status": status,
        "detail": detail,
        "instance": path,
        "reason": reason or kind,
        **(more or {}),
    }
    return JSONResponse(body, status, headers=dict(headers or {}), media_type=MEDIA_TYPE)


def errors_of(found: Iterable[Mapping[str, Any]], language: Language) -> list[dict[str, str]]:
    """pydantic's findings, in the reader's language. What was sent is not said again: it may be a secret."""
    return [
        WrongOut(
            where=".".join(str(part) for part in one["loc"]),
            wrong=str(one["type"]),
            expected=expected_of(one["type"], one.get("ctx") or {}, str(one["msg"]), language),
        ).model_dump()
        for one in found
    ]


class FaultOut(BaseModel):
    """What stands in the way, or (as a warning) who would not be watched over."""

    section: str = Field(description="Of the site's document: devices, rules …; empty: the whole of it")
    id: str
    key: str
    wrong: str
    expected: str


class LineOut(BaseModel):
    """What is wrong with a list, and where."""

    line: int = Field(description="From 1")
    key: str
    wrong: str
    expected: str


class OtherOut(BaseModel):
    """What somebody else changed. `before` and `after`: as the site's document says it; null: not there."""

    section: str
    id: str
    by: str
    at: datetime
    version: int
    before: dict[str, Any] | None
    after: dict[str, Any] | None


class Problems(Refusal):
    """`problems`: all that is wrong with the site's document, at once. `others`: whose change would have been
    overwritten, and what it was.
    """

    problems: list[FaultOut | LineOut] = []
    others: list[OtherOut] = []


CHANGES: dict[int | str, dict[str, Any]] = {
    **{status: {"model": Problems} for status in (409, 412, 422)},
    428: {"model": Refusal, "description": "Neither If-Match nor a version: what was it thought of for?"},
}
"""What may come of a call that changes the site's document."""


def fault_out(fault: Fault) -> FaultOut:
    return FaultOut(**{name: getattr(fault, name) for name in FaultOut.model_fields})


def refused(faults: Sequence[Fault]) -> NoReturn:
    """422: it would not hold."""
    raise _refused(422, "; ".join(map(str, faults)), problems=[fault_out(fault) for fault in faults])


def list_refused(problems: Sequence[Problem]) -> NoReturn:
    lines = [
        LineOut(line=p.line, key=str(p.path[-1]) if p.path else "", wrong=p.wrong, expected=p.expected)
        for p in problems
    ]
    raise _refused(422, f"{len(lines)} mistakes in the list, the first: {problems[0]}", problems=lines)


def not_as_read(others: Sequence[SiteChange]) -> NoReturn:
    """412: it is no longer what the caller read."""
    raise _refused(412, _said(others) or "it is not as you read it", others=_others(others))


def settled(done: Changed | Conflict | Refused, matched: object) -> None:
    """Nothing where a change of the site is in force. `matched`: the caller said by If-Match what they had
    read.
    """
    if isinstance(done, Refused):
        refused(done.problems)
    if isinstance(done, Conflict):
        conflict(done, matched)


def conflict(found: Conflict, matched: object = False) -> NoReturn:
    """409, or 412 where the caller said what they had read: somebody was quicker."""
    raise _refused(412 if matched else 409, _said(found.others), others=_others(found.others))


def _said(others: Sequence[SiteChange]) -> str:
    return "; ".join(
        f"{other.id!r} was {_done(other)} by {other.by} at {other.at:%H:%M} UTC" for other in others
    )


def _done(other: SiteChange) -> str:
    return "removed" if other.after is None else "placed" if other.before is None else "changed"


def _others(others: Sequence[SiteChange]) -> list[OtherOut]:
    return [OtherOut(**{name: getattr(other, name) for name in OtherOut.model_fields}) for other in others]


def _refused(status: int, detail: str, **lists: Sequence[BaseModel]) -> RefusedError:
    said: dict[str, Any] = {"problems": [], "others": []} | {
        name: [one.model_dump(mode="json") for one in found] for name, found in lists.items()
    }
    return RefusedError(status, detail, more=said)
