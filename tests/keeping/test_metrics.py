"""What Prometheus is told, by the field's rules of naming, to who has the token, and never about anybody."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families
from ruamel.yaml import YAML
from starlette.testclient import TestClient

from dashboards.app import create_app
from hub.history.upkeep import Retention, keep
from hub.metrics import exposition
from hub.settings import Settings
from hub.store import backups, certificates, contacts, jobs, phones, proofs
from hub.store.backups import Backup
from hub.store.contacts import Contact
from hub.store.db import transaction
from hub.store.phones import Phone
from hub.store.proofs import Proof
from hub.watch import state
from rules.protection import Protection
from rules.watch import PARTS, Standing
from tests.web.house import House

ROOT = Path(__file__).parents[2]
LABELS = {"severity", "state", "part", "job", "file", "certificate", "site", "schema", "unit", "reason"}
UNITS = ("_seconds", "_bytes", "_readings")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path)
    house.hub_says()
    house.hub_says("broker", "degraded")
    yield house
    house.connection.close()


@pytest.fixture
def full(house: House) -> House:
    """With something to tell of everything."""
    house.night_exit()
    house.protect(Protection("r1", "protected", ()), Protection("r2", "unprotected", ()))
    house.lose("device:1A stue")
    now = house.now()
    with transaction(house.connection):
        for name in ("retention", "backup"):
            jobs.due(house.connection, name, now)
        jobs.done(house.connection, "retention", now, now + timedelta(days=1), "")
        jobs.failed(house.connection, "backup", now, now, "no disk")
        backups.add(house.connection, Backup("x.vaka.age", now, 4711, now, now))
        certificates.put(house.connection, "broker", now + timedelta(days=9), now)
        proofs.add(house.connection, Proof(0, "solbakken", "sol", now, ended_at=now, result="in_part"))
    parts = {part: Standing("x", now, now) if part == "web" else Standing() for part in PARTS}
    state.write(house.data, state.State("solbakken", now, parts))
    return house


def families(house: House, **settings: object) -> dict[str, Metric]:
    chosen = house.settings.model_copy(update=settings)
    text = exposition(house.connection, chosen, house.site, house.now()).decode()
    return {family.name: family for family in text_string_to_metric_families(text)}


def value(house: House, name: str, **labels: str) -> float:
    for family in families(house).values():
        for sample in family.samples:
            if sample.name == name and sample.labels == labels:
                return float(sample.value)
    raise AssertionError(f"there is no {name} {labels}")


def test_the_alerting_itself_is_told_of_by_unit_reason_and_part(full: House) -> None:
    now = full.now()
    assert value(full, "vaka_proof_held", unit="sol") == 0.5
    assert 0 <= now.timestamp() - value(full, "vaka_proof_timestamp_seconds", unit="sol") < 60
    assert value(full, "vaka_proof_timestamp_seconds", unit="nord") == 0
    assert not [s for s in families(full)["vaka_proof_held"].samples if s.labels["unit"] == "nord"]
    assert value(full, "vaka_proof_last_held_timestamp_seconds", unit="sol") == 0
    with transaction(full.connection):
        later = now + timedelta(minutes=5)
        proofs.add(full.connection, Proof(0, "solbakken", "sol", later, ended_at=later, result="held"))
        phone = Phone("x" * 22, "kari", "https://push.example.org", b"k", b"a", "Pixel", now, silent_at=now)
        phones.put(full.connection, "solbakken", phone)
    assert value(full, "vaka_proof_held", unit="sol") == 1
    assert value(full, "vaka_proof_last_held_timestamp_seconds", unit="sol") == later.timestamp()
    assert value(full, "vaka_phones_not_reached", state="silent") == 1
    assert value(full, "vaka_phones_not_reached", state="lost") == 0
    assert value(full, "vaka_addresses_refused") == 0
    with transaction(full.connection):
        kari = Contact("kari", "email", "kari@example.org")
        contacts.put(full.connection, "solbakken", kari, now)
        contacts.note_answer(full.connection, "solbakken", kari, now)
    assert value(full, "vaka_addresses_refused") == 1
    assert value(full, "vaka_reach_gaps", reason="nobody_on_duty") == 0
    assert (value(full, "vaka_watch_part_up", part="web"), value(full, "vaka_watch_part_up", part="hub")) == (
        0,
        1,
    )
    assert value(full, "vaka_watch_seen_timestamp_seconds") > 0


def test_names_units_and_labels_are_as_prometheus_wants_them(full: House) -> None:
    found = families(full, influx_url="http://127.0.0.1:1")
    assert len(found) > 25
    for name, family in found.items():
        assert re.fullmatch(r"vaka(_[a-z0-9]+)*", name), name
        assert family.documentation.endswith("."), f"{name} says nothing"
        assert not re.search(r"(milli|micro|minute|hour|day|percent|mib)|_(ms|count|sum|bucket)$", name), name
        if "timestamp" in name or name.endswith(("lag", "expiry")):
            assert name.endswith("_timestamp_seconds") or name.endswith(UNITS), name
        for sample in family.samples:
            assert set(sample.labels) <= LABELS, sample
            assert sample.name.endswith("_total") == (family.type == "counter"), sample
        kinds = {tuple(sorted(sample.labels.items())) for sample in family.samples}
        assert len(kinds) == len(family.samples), f"{name} tells one thing twice"
        assert len(kinds) <= 10, f"{name} has as many values as the house has things"


def test_what_it_says_is_what_stands_in_the_database(full: House) -> None:
    assert value(full, "vaka_alerts_open", severity="high") >= 1
    assert value(full, "vaka_residents", state="unprotected") == 1
    assert value(full, "vaka_part_up", part="broker") == 0.5
    assert value(full, "vaka_job_failed", job="backup") == 1
    assert value(full, "vaka_job_failed", job="retention") == 0
    assert value(full, "vaka_backup_size_bytes") == 4711
    assert value(full, "vaka_certificate_expiry_timestamp_seconds", certificate="broker") > 1e9
    assert value(full, "vaka_outbox_messages") > 0
    assert value(full, "vaka_devices") == len(full.site.devices)
    keep(full.settings.database, full.now(), Retention(None, None))
    assert value(full, "vaka_history_lag_readings") == 0
    assert value(full, "vaka_disk_free_bytes") > 0


def test_nobody_and_no_place_is_named(full: House) -> None:
    text = exposition(full.connection, full.settings, full.site, full.now()).decode()
    for word in [
        *(r.name for r in full.site.residents), *(p.name for p in full.site.people),
        *(f'"{r.id}"' for r in full.site.residents), *(r.id for r in full.site.rooms), "stue",
    ]:  # fmt: skip
        assert word not in text


def test_only_who_has_the_token_is_told(full: House, tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("s3cret\n")

    def asked(settings: Settings, **headers: str) -> tuple[int, str]:
        with TestClient(create_app(settings)) as client:
            answer = client.get("/metrics", headers=headers)
            return answer.status_code, answer.text

    assert asked(full.settings, authorization="Bearer s3cret")[0] == 404
    settings = full.settings.model_copy(update={"metrics_token_file": token})
    assert asked(settings)[0] == 401
    assert asked(settings, authorization="Bearer wrong")[0] == 401
    assert asked(settings, authorization="Bearer ")[0] == 401
    status, text = asked(settings, authorization="Bearer s3cret")
    assert status == 200
    assert "vaka_alerts_open{" in text
    token.unlink()
    assert asked(settings, authorization="Bearer s3cret")[0] == 503
    token.write_text("\n")
    assert asked(settings, authorization="Bearer ")[0] == 404, "an empty token lets everybody in"


def test_the_sample_alert_rules_and_the_docs_know_every_metric_and_no_other(full: House) -> None:
    known = set()
    for family in families(full, influx_url="http://127.0.0.1:1").values():
        known |= {sample.name for sample in family.samples}
    rules = YAML(typ="safe", pure=True).load((ROOT / "deploy/prometheus/vaka-alerts.yml").read_text("utf-8"))
    told = [rule for group in rules["groups"] for rule in group["rules"]]
    assert len({rule["alert"] for rule in told}) == len(told) > 8
    for rule in told:
        assert rule["annotations"]["summary"]
        assert rule["labels"]["severity"] in ("page", "ticket")
        assert set(re.findall(r"vaka_\w+", rule["expr"])) <= known, rule["alert"]
    docs = (ROOT / "docs/metrics.md").read_text("utf-8")
    assert set(re.findall(r"^\| `(vaka_\w+)`", docs, re.MULTILINE)) == known
