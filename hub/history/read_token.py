"""A token of InfluxDB that may read one bucket and nothing else."""

from __future__ import annotations

from influxdb_client.client.influxdb_client import InfluxDBClient
from influxdb_client.domain.authorization import Authorization
from influxdb_client.domain.permission import Permission
from influxdb_client.domain.permission_resource import PermissionResource
from influxdb_client.rest import ApiException
from urllib3.exceptions import HTTPError

from hub.history import destination as places
from hub.history.destination import AwayError, Destination, away


def make_read_token(destination: Destination, description: str) -> str:
    """Raises AwayError where InfluxDB is away, or the token at hand may not make others."""
    try:
        with InfluxDBClient(
            destination.url,
            destination.token(),
            org=destination.org,
            timeout=places.ANSWER_WITHIN_S * 1000,
        ) as client:
            found = client.buckets_api().find_bucket_by_name(destination.bucket)
            if found is None:
                raise AwayError(f"{destination.url} has no bucket {destination.bucket!r}, or hides it")
            resource = PermissionResource(type="buckets", id=found.id, org_id=found.org_id)  # type: ignore[no-untyped-call]
            permission = Permission(action="read", resource=resource)  # type: ignore[no-untyped-call]
            wish = Authorization(  # type: ignore[no-untyped-call]
                org_id=found.org_id, permissions=[permission], description=description
            )
            made = client.authorizations_api().create_authorization(authorization=wish)
            return str(made.token)
    except (ApiException, HTTPError) as error:
        raise away(destination, error) from error
