"""What Prometheus is told: how the house's technology does, and nothing about anybody in it.

Names follow prometheus.io/docs/practices/naming: base units, `_total` for what only grows, times as the
instant something happened rather than its age. No label has a resident, a room or a device in it: their
values are few and known. docs/metrics.md lists them; the web process reads them from the database when asked.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import get_args

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector

from hub.history.feeds import waiting as to_be_copied
from hub.history.segments import beside
from hub.history.upkeep import waiting
from hub.metrics_of_alerting import of_proofs, of_reach, of_the_watchman
from hub.settings import Settings
from hub.store import (
    alerts,
    backups,
    certificates,
    escalations,
    health,
    jobs,
    outbox,
    pauses,
    protection,
    quarantine,
    readings,
)
from rules.building import Site
from rules.protection import State
from rules.severity import SEVERITIES

PROTECTION: tuple[State, ...] = get_args(State)


def exposition(connection: sqlite3.Connection, settings: Settings, site: Site, now: datetime) -> bytes:
    """The text that Prometheus reads."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_House(connection, settings, site, now))
    return generate_latest(registry)


class _House(Collector):
    def __init__(self, connection: sqlite3.Connection, settings: Settings, site: Site, now: datetime) -> None:
        self._connection, self._settings, self._site, self._now = connection, settings, site, now

    def collect(self) -> Iterable[Metric]:
        yield from self._versions()
        yield from self._coming_in()
        yield from self._alerts()
        yield from self._going_out()
        yield from of_proofs(self._connection, self._site)
        yield from of_reach(self._connection, self._site)
        yield from of_the_watchman(self._settings.data, self._site)
        yield from self._watching()
        yield from self._history()
        yield from self._keeping()

    def _versions(self) -> Iterator[Metric]:
        schema = self._connection.execute("PRAGMA user_version").fetchone()[0]
        yield InfoMetricFamily(
            "vaka", "The site and its database's schema.", {"site": self._site.site, "schema": str(schema)}
        )

    def _coming_in(self) -> Iterator[Metric]:
        connection = self._connection
        yield CounterMetricFamily(
            "vaka_readings", "Readings committed to the journal.", readings.newest(connection)
        )
        batches = connection.execute("SELECT coalesce(max(seq), 0) FROM committed_batch").fetchone()[0]
        yield CounterMetricFamily("vaka_batches", "Batches of messages committed.", batches)
        last = connection.execute("SELECT at, received_at FROM reading ORDER BY seq DESC LIMIT 1").fetchone()
        yield _gauge(
            "vaka_last_reading_received_timestamp_seconds",
            "When the newest reading came in.",
            last[1] / 1e6 if last else 0,
        )
        yield _gauge(
            "vaka_ingest_lag_seconds",
            "From the newest reading's own time to its arrival.",
            max(0, last[1] - last[0]) / 1e6 if last else 0,
        )
        parts = GaugeMetricFamily("vaka_part_up", "1: ok; 0.5: degraded; 0: down.", labels=["part"])
        value = {"ok": 1.0, "degraded": 0.5, "down": 0.0}
        for part in health.everything(connection, self._site.site):
            if ":" not in part.part:
                parts.add_metric([part.part], value[part.state])
            if part.part == "hub":
                yield _gauge(
                    "vaka_hub_seen_timestamp_seconds", "When the hub last said it lives.", _s(part.seen)
                )
        yield parts
        yield _gauge(
            "vaka_quarantine_rows",
            "Kinds of messages that were not understood.",
            quarantine.size(connection, self._site.site),
        )

    def _alerts(self) -> Iterator[Metric]:
        found = Counter(a.severity for a in alerts.open_alerts(self._connection, self._site.site))
        family = GaugeMetricFamily("vaka_alerts_open", "Alerts that are not closed.", labels=["severity"])
        for severity in SEVERITIES:
            family.add_metric([severity], found[severity])
        yield family
        due = escalations.due(self._connection, self._site.site, self._now)
        yield _gauge("vaka_escalations_due", "Calls whose time has come and that are not made.", len(due))

    def _going_out(self) -> Iterator[Metric]:
        count, oldest = outbox.backlog(self._connection, self._site.site)
        yield _gauge("vaka_outbox_messages", "MQTT messages about alerts that wait to be sent.", count)
        yield _gauge(
            "vaka_outbox_oldest_timestamp_seconds",
            "Since when the oldest of them waits; 0: none.",
            _s(oldest),
        )
        count, oldest_us = self._connection.execute(
            "SELECT count(*), min(created_at) FROM summons WHERE site = ? AND next_at IS NOT NULL",
            (self._site.site,),
        ).fetchone()
        yield _gauge("vaka_summonses_waiting", "Messages to people that wait to be sent.", count)
        yield _gauge(
            "vaka_summonses_oldest_timestamp_seconds",
            "Since when the oldest of them waits; 0: none.",
            (oldest_us or 0) / 1e6,
        )

    def _watching(self) -> Iterator[Metric]:
        connection, site = self._connection, self._site
        today = self._now.astimezone(site.zone).date()
        here = {resident.id for resident in site.residents if resident.lives_here(today)}
        states = Counter(
            standing.protection.state
            for resident, standing in protection.now(connection, site.site).items()
            if resident in here
        )
        family = GaugeMetricFamily("vaka_residents", "Residents by how they are watched.", labels=["state"])
        for state in PROTECTION:
            family.add_metric([state], states[state])
        yield family
        silent = Counter(
            row[0].partition(":")[0]
            for row in connection.execute("SELECT part FROM unheard WHERE site = ?", (site.site,))
        )
        yield _gauge("vaka_devices_silent", "Devices that cannot be heard.", silent["device"])
        yield _gauge("vaka_gateways_silent", "Gateways that cannot be heard.", silent["gateway"])
        yield _gauge("vaka_devices", "Devices of the site.", len(site.devices))
        standing_faults = connection.execute(
            "SELECT count(*) FROM fault WHERE site = ? AND ended_at IS NULL", (site.site,)
        ).fetchone()[0]
        yield _gauge("vaka_device_faults", "Faults of devices that stand.", standing_faults)
        yield _gauge(
            "vaka_pauses",
            "Rules and devices that are switched off.",
            len(pauses.active(connection, site.site)),
        )

    def _history(self) -> Iterator[Metric]:
        count, since = waiting(self._settings.database)
        yield _gauge("vaka_history_lag_readings", "Readings not in the history yet.", max(0, count))
        yield _gauge(
            "vaka_history_oldest_waiting_timestamp_seconds",
            "When the oldest of them came; 0: none.",
            _s(since),
        )
        destination = self._settings.influx_destination
        if destination is not None:
            behind = {each.what: each for each in to_be_copied(self._connection, destination)}
            yield _gauge(
                "vaka_influxdb_lag_readings",
                "Readings that InfluxDB has not confirmed.",
                behind["readings"].amount,
            )
            yield _gauge(
                "vaka_influxdb_lag_alert_steps",
                "Steps of alerts that InfluxDB has not confirmed.",
                behind["alert steps"].amount,
            )
            yield _gauge(
                "vaka_influxdb_oldest_waiting_timestamp_seconds",
                "When the oldest of either came; 0: none.",
                _s(min((each.since for each in behind.values() if each.since is not None), default=None)),
            )

    def _keeping(self) -> Iterator[Metric]:
        done = GaugeMetricFamily(
            "vaka_job_last_success_timestamp_seconds", "When a job last succeeded; 0: never.", labels=["job"]
        )
        due = GaugeMetricFamily("vaka_job_due_timestamp_seconds", "When a job is due.", labels=["job"])
        failed = GaugeMetricFamily("vaka_job_failed", "1: its last run failed.", labels=["job"])
        for job in jobs.everything(self._connection):
            done.add_metric([job.name], _s(job.done_at))
            due.add_metric([job.name], _s(job.due))
            failed.add_metric([job.name], job.failed_at is not None)
        yield from (done, due, failed)
        found = backups.everything(self._connection)
        yield _gauge("vaka_backups", "Backups that are kept.", len(found))
        yield _gauge(
            "vaka_backup_last_success_timestamp_seconds",
            "When the newest backup was made and verified; 0: never.",
            _s(found[0].verified_at if found else None),
        )
        yield _gauge("vaka_backup_size_bytes", "Of the newest backup.", found[0].bytes if found else 0)
        yield _gauge(
            "vaka_disk_free_bytes", "Where the database is.", shutil.disk_usage(self._settings.data).free
        )
        sizes = GaugeMetricFamily("vaka_database_size_bytes", "Of each file.", labels=["file"])
        for file in (self._settings.database, beside(self._settings.database)):
            sizes.add_metric([file.name], file.stat().st_size if file.exists() else 0)
        yield sizes
        expiry = GaugeMetricFamily(
            "vaka_certificate_expiry_timestamp_seconds", "When a certificate ends.", labels=["certificate"]
        )
        for certificate in certificates.everything(self._connection):
            expiry.add_metric([certificate.name], _s(certificate.expires_at))
        yield expiry


def _gauge(name: str, help_line: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, help_line, value)


def _s(at: datetime | None) -> float:
    """Seconds since 1970; 0 for never."""
    return 0.0 if at is None else at.timestamp()
