"""Long lists in parts, the same way everywhere: `limit`, `after`, and a Link to the next part (RFC 8288).

A part begins after a place in the order of the list, not after a count: what comes in or goes meanwhile makes
nobody see an entry twice, or miss one.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterable
from typing import Annotated, Any, TypeVar

import msgspec
from fastapi import Depends, Query, Request, Response

from dashboards.api.refusal import RefusedError

USUALLY, MOST = 200, 1000
"""[default] How many entries one part has."""

T = TypeVar("T")
Key = tuple[Any, ...]
"""Where an entry stands in the order of its list: bools, integers and text."""


class Paging:
    def __init__(
        self,
        request: Request,
        response: Response,
        limit: Annotated[int, Query(ge=1, le=MOST, description="How many at most")] = USUALLY,
        after: Annotated[
            str, Query(max_length=1000, description="From the Link of the part before: rel=next")
        ] = "",
    ) -> None:
        self._request, self._response, self.limit = request, response, limit
        self._after = _place(after) if after else None

    def cut(self, entries: Iterable[T], key: Callable[[T], Key], newest_first: bool = False) -> list[T]:
        """The part that was asked for, in the order of `key`, the largest first where `newest_first`."""
        found = sorted(entries, key=key, reverse=newest_first)
        if self._after is not None:
            try:
                found = [one for one in found if _is_beyond(key(one), self._after, newest_first)]
            except TypeError:
                raise _bad_place() from None
        part = found[: self.limit]
        if len(found) > self.limit:
            self.lead_on(key(part[-1]))
        return part

    def number(self) -> int | None:
        """The place, of a list whose key is one whole number."""
        if self._after is None:
            return None
        match self._after:
            case (int(number),) if 0 <= number < 2**63:
                return number
        raise _bad_place()

    def lead_on(self, last: Key) -> None:
        """There is more after `last`."""
        place = urlsafe_b64encode(msgspec.json.encode(last)).decode().rstrip("=")
        url = self._request.url.include_query_params(after=place)
        self._response.headers["Link"] = f'<{url.path}?{url.query}>; rel="next"'


Paged = Annotated[Paging, Depends()]


def _is_beyond(key: Key, place: Key, newest_first: bool) -> bool:
    return key < place if newest_first else key > place


def _place(after: str) -> Key:
    try:
        found = msgspec.json.decode(urlsafe_b64decode(after + "=" * (-len(after) % 4)))
    except (ValueError, msgspec.DecodeError):
        raise _bad_place() from None
    if not isinstance(found, list):
        raise _bad_place()
    return tuple(found)


def _bad_place() -> RefusedError:
    return RefusedError(422, "after is no place in this list; expected the one from a Link", "no_such_place")
