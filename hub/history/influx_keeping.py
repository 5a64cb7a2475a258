"""What InfluxDB gives up: readings that are too old, and those that were about a resident who is erased.

Here: the bucket's retention and InfluxDB's delete call. Not here: what is written there
(hub/history/bucket.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from influxdb_client.client.influxdb_client import InfluxDBClient
from influxdb_client.domain.bucket_retention_rules import BucketRetentionRules
from influxdb_client.rest import ApiException
from urllib3.exceptions import HTTPError

from hub.history.destination import ANSWER_WITHIN_S, AwayError, Destination
from hub.settings import Settings
from hub.timetable import JobError

A_DAY_S = 86_400
_NOT_OURS = "the token may not look after the bucket {bucket!r}: have it kept for {days} days there"
FIRST, LAST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


def keep_for(settings: Settings, days: int) -> str:
    """Have the bucket drop what is older; says what stands in the way where the token may not. JobError where
    InfluxDB is away.
    """
    try:
        return _keep_for(settings, days)
    except JobError as error:
        if error.__cause__ is not None and getattr(error.__cause__, "status", 0) in (401, 403, 404):
            return _NOT_OURS.format(bucket=settings.influx_bucket, days=days)
        raise


def _keep_for(settings: Settings, days: int) -> str:
    with _opened(settings) as client:
        buckets = client.buckets_api()
        bucket = buckets.find_bucket_by_name(settings.influx_bucket)  # type: ignore[no-untyped-call]
        if bucket is None:
            return _NOT_OURS.format(bucket=settings.influx_bucket, days=days)
        wanted = days * A_DAY_S
        if [rule.every_seconds for rule in bucket.retention_rules] != [wanted]:
            rule = BucketRetentionRules(type="expire", every_seconds=wanted)  # type: ignore[no-untyped-call]
            bucket.retention_rules = [rule]
            buckets.update_bucket(bucket)
        return ""


def delete_residents(settings: Settings, tags: list[str]) -> int:
    """Delete the points whose tag `resident` is one of these; how many tags there were. Raises JobError."""
    with _opened(settings) as client:
        for tag in tags:
            client.delete_api().delete(FIRST, LAST, f'resident="{tag}"', bucket=settings.influx_bucket)
    return len(tags)


@contextmanager
def _opened(settings: Settings) -> Iterator[InfluxDBClient]:
    destination = Destination.from_settings(settings)
    try:
        with InfluxDBClient(
            destination.url, destination.token(), org=destination.org, timeout=ANSWER_WITHIN_S * 1000
        ) as client:
            yield client
    except AwayError as error:
        raise JobError(str(error)) from None
    except ApiException as error:
        raise JobError(f"{destination.url} answers {error.status}: {error.reason}") from error
    except HTTPError as error:
        raise JobError(f"{destination.url} can't be reached: {type(error).__name__}") from None
