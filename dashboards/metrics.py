"""`/metrics`, for Prometheus: whoever sends the token. Without a token file there is no such page."""

from __future__ import annotations

from hmac import compare_digest
from typing import Annotated

from fastapi import APIRouter, Header, HTTPException, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST

from dashboards.visit import AnyHouse, Database, clock_of, settings_of
from hub.metrics import exposition
from hub.settings import first_line

pages = APIRouter(include_in_schema=False)
PATH = "/metrics"


@pages.get(PATH)
def metrics(
    request: Request, connection: Database, house: AnyHouse, authorization: Annotated[str, Header()] = ""
) -> Response:
    settings = settings_of(request)
    try:
        token = first_line(settings.metrics_token_file)
    except (OSError, UnicodeDecodeError):
        raise HTTPException(503, "the file of VAKA_METRICS_TOKEN_FILE can't be read") from None
    if not token:
        raise HTTPException(404, "there is nothing here, or not for you")
    if not compare_digest(authorization.encode(), f"Bearer {token}".encode()):
        raise HTTPException(401, "expected the token", {"WWW-Authenticate": "Bearer"})
    said = exposition(connection, settings, house.site, clock_of(request).now())
    return Response(said, media_type=CONTENT_TYPE_LATEST)
