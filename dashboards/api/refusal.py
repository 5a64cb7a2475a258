"""How every call says no."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from hub.site.change import Conflict
from hub.site.edits import Fault
from hub.site.errors import Problem
from hub.store.site_changes import SiteChange


class Refusal(BaseModel):
    detail: str


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


class Problems(BaseModel):
    """Nothing was changed (application/problem+json). `problems`: all that is wrong, at once. `others`: whose
    change would have been overwritten, and what it was.
    """

    status: int
    detail: str
    problems: list[FaultOut | LineOut] = []
    others: list[OtherOut] = []


def fault_out(fault: Fault) -> FaultOut:
    return FaultOut(**{name: getattr(fault, name) for name in FaultOut.model_fields})


def refused(faults: Sequence[Fault]) -> JSONResponse:
    """422: it would not hold."""
    return _problems(422, "; ".join(map(str, faults)), problems=[fault_out(fault) for fault in faults])


def list_refused(problems: Sequence[Problem]) -> JSONResponse:
    lines = [
        LineOut(line=p.line, key=str(p.path[-1]) if p.path else "", wrong=p.wrong, expected=p.expected)
        for p in problems
    ]
    return _problems(422, f"{len(lines)} mistakes in the list, the first: {problems[0]}", problems=lines)


def not_as_read(others: Sequence[SiteChange]) -> JSONResponse:
    """412: it is no longer what the caller read."""
    return _problems(412, _said(others) or "it is not as you read it", others=_others(others))


def conflict(found: Conflict) -> JSONResponse:
    """409: somebody was quicker."""
    return _problems(409, _said(found.others), others=_others(found.others))


def _said(others: Sequence[SiteChange]) -> str:
    return "; ".join(
        f"{other.id!r} was {_done(other)} by {other.by} at {other.at:%H:%M} UTC" for other in others
    )


def _done(other: SiteChange) -> str:
    return "removed" if other.after is None else "placed" if other.before is None else "changed"


def _others(others: Sequence[SiteChange]) -> list[OtherOut]:
    return [OtherOut(**{name: getattr(other, name) for name in OtherOut.model_fields}) for other in others]


def _problems(status: int, detail: str, **lists: Any) -> JSONResponse:
    body = Problems(status=status, detail=detail, **lists).model_dump(mode="json")
    return JSONResponse(body, status, media_type="application/problem+json")
