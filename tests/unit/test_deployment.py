"""What docker-compose.yml, the Dockerfile, the broker's configuration and the locks promise."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from hub.__main__ import COMMANDS
from hub.clock import WallClock
from hub.settings import Settings, read_settings
from hub.summoner import configured_ways

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = YAML(typ="safe").load(ROOT / "docker-compose.yml")
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = ["hub", "web", "watch"]
WAY_SECRETS = ["smtp_password", "webhook_secret"]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
BROKER = dict(
    line.split(maxsplit=1)
    for line in (ROOT / "deploy/mosquitto/mosquitto.conf").read_text().splitlines()
    if line and not line.startswith(("#", "log_type"))
)
every_service = pytest.mark.parametrize("name", SERVICES)


def test_an_installation_has_a_broker_a_time_series_store_a_hub_the_pages_and_a_watchman() -> None:
    assert set(SERVICES) == {"broker", "influxdb", "hub", "web", "watch", "grafana"}


@every_service
def test_no_service_runs_as_root_or_can_become_it(name: str) -> None:
    service = SERVICES[name]
    user, group = service["user"].split(":")
    assert int(user) > 0
    assert int(group) > 0
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in service


@every_service
def test_a_service_writes_to_its_named_volumes_and_nowhere_else(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    kept = [volume.split(":")[0] for volume in service["volumes"] if not volume.endswith(":ro")]
    assert kept
    assert set(kept) <= set(COMPOSE["volumes"])


@every_service
def test_every_service_is_watched_and_comes_back(name: str) -> None:
    assert SERVICES[name]["restart"] == "unless-stopped"
    assert SERVICES[name]["healthcheck"]["test"]
    assert SERVICES[name]["healthcheck"]["retries"] > 1


@every_service
def test_the_version_of_every_image_is_chosen(name: str) -> None:
    assert re.search(r":\d+\.\d+\.\d+$", SERVICES[name]["image"])


@every_service
def test_a_secret_is_a_file_and_never_stands_in_the_environment(name: str) -> None:
    environment = SERVICES[name]["environment"]
    secret = {key for key in environment if re.search("PASSWORD|TOKEN|SECRET|KEY", key)}
    assert secret == {key for key in secret if key.endswith("_FILE")}
    for key in secret:
        of_our_own = environment[key] == "/keys/push.key" and "vaka-keys:/keys" in SERVICES[name]["volumes"]
        assert of_our_own or environment[key].removeprefix("/run/secrets/") in SERVICES[name]["secrets"]


def test_compose_refuses_to_start_before_secrets_were_made() -> None:
    assert {name for service in SERVICES.values() for name in service.get("secrets", [])} == set(
        COMPOSE["secrets"]
    )
    for name, secret in COMPOSE["secrets"].items():
        folder, _, file = secret["file"].rpartition("/")
        assert folder.startswith("${VAKA_SECRETS:?")
        assert file == name
    # `:?` refuses, `:-` has a default; anything else would silently be nothing.
    text = (ROOT / "docker-compose.yml").read_text()
    assert re.findall(r"(?<!\$)\$\{\w+(?!:[?-])[^\w:]", text) == []
    assert set(re.findall(r"\$\{(\w+):-", text)) == {
        "VAKA_SITE",
        "VAKA_WEB_ADDRESS",
        "VAKA_WEB_PUBLISHED",
        "VAKA_SMTP",
        "VAKA_SMTP_FROM",
        "VAKA_WEBHOOK_HOSTS",
        "VAKA_MESSENGERS",
        "VAKA_HEARTBEAT_URL",
        "VAKA_HISTORY",
        "VAKA_BACKUP_RECIPIENT",
    }


@pytest.mark.parametrize("name", OURS)
def test_the_settings_given_to_our_services_are_settings_we_have(name: str) -> None:
    environment = SERVICES[name]["environment"]
    settings = read_settings({key: value for key, value in environment.items() if "$" not in value})
    assert any(volume.endswith(f":{settings.data}") for volume in SERVICES[name]["volumes"])


@pytest.mark.parametrize("name", OURS)
def test_our_services_run_commands_that_we_have(name: str) -> None:
    (command,) = SERVICES[name]["command"]
    assert command in COMMANDS
    check = SERVICES[name]["healthcheck"]["test"]
    assert check[1] != "vaka" or check[2] in COMMANDS


def test_an_alarm_does_not_wait_for_the_time_series_store() -> None:
    assert "influxdb" not in SERVICES["hub"]["depends_on"]
    assert SERVICES["hub"]["depends_on"]["broker"]["condition"] == "service_healthy"


def test_only_the_broker_is_reached_from_outside_the_machine_and_only_over_tls() -> None:
    ports = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert ports == {
        "broker": ["8883:8883"],
        "web": ["${VAKA_WEB_PUBLISHED:-127.0.0.1}:8080:8080"],
        "grafana": ["127.0.0.1:3000:3000"],
    }
    assert BROKER["listener"] == "8883"
    assert {"cafile", "certfile", "keyfile"} <= set(BROKER)


@every_service
def test_the_files_handed_to_a_service_exist(name: str) -> None:
    ours = [volume.split(":")[0] for volume in SERVICES[name]["volumes"] if volume.startswith("./")]
    assert [path for path in ours if not (ROOT / path).is_file()] == []


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("allow_anonymous", "false"),
        ("password_file", "run/passwords"),
        ("acl_file", "run/acl"),
        ("persistence", "true"),
        ("upgrade_outgoing_qos", "true"),
        ("max_inflight_messages", "0"),
    ],
)
def test_the_broker_is_told_what_nothing_may_be_lost_without(setting: str, value: str) -> None:
    assert BROKER[setting] == value


def test_the_brokers_queue_is_long_but_not_endless_and_saved_often() -> None:
    assert 100_000 <= int(BROKER["max_queued_messages"]) <= 10_000_000
    assert 0 < int(BROKER["max_queued_bytes"]) <= 1 << 30
    assert 0 < int(BROKER["autosave_interval"]) <= 10
    assert "set_tcp_nodelay" not in BROKER


def test_the_image_holds_what_the_lock_says_and_runs_as_nobody_in_particular() -> None:
    assert "--require-hashes --requirement requirements.lock" in DOCKERFILE
    assert re.findall(r"(?m)^USER (.*)$", DOCKERFILE) == [SERVICES["hub"]["user"]]
    for image in re.findall(r"(?m)^FROM (\S+)", DOCKERFILE):
        assert re.search(r":\d+[\w.]*-slim|:\d+[\w.]*-\w+-slim", image), image
    sources = re.findall(r"(?m)^COPY (?!--from)(.+) \S+$", DOCKERFILE)
    assert [path for line in sources for path in line.split() if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock", "requirements-node.lock"])
def test_a_lock_holds_names_versions_and_hashes_and_no_address(lock: str) -> None:
    text = (ROOT / lock).read_text()
    assert "://" not in text
    packages = text.replace("\\\n", " ").splitlines()
    assert packages
    for package in packages:
        assert re.match(r"[a-z0-9-]+==\S+ .*--hash=sha256:[0-9a-f]{64}", package), package


def test_the_browser_libraries_lock_names_no_address_to_download_from() -> None:
    packages = json.loads((ROOT / "dashboards" / "package-lock.json").read_text())["packages"]
    libraries = {name: entry for name, entry in packages.items() if name}
    assert libraries
    for name, entry in libraries.items():
        assert "resolved" not in entry, name
        assert entry["integrity"].startswith("sha512-"), name


def test_the_hub_reaches_the_broker_by_tls_with_the_houses_own_authority() -> None:
    environment = SERVICES["hub"]["environment"]
    settings = read_settings({key: value for key, value in environment.items() if "$" not in value})
    assert settings.broker_address.tls
    assert settings.broker_address.host in SERVICES
    assert settings.broker_ca is not None
    assert any(str(settings.broker_ca) in volume for volume in SERVICES["hub"]["volumes"])


def test_the_pages_hold_no_secret_of_a_way_and_of_influxdb_a_token_that_only_reads() -> None:
    assert SERVICES["web"]["secrets"] == ["influx_read_token"]
    assert SERVICES["web"]["environment"]["VAKA_INFLUX_TOKEN_FILE"] == "/run/secrets/influx_read_token"
    assert not [key for key in SERVICES["web"]["environment"] if "BROKER" in key or "SMTP" in key]


def test_the_key_that_phones_are_called_with_lies_where_the_pages_cannot_read_it() -> None:
    for name in ("hub", "watch"):
        assert SERVICES[name]["environment"]["VAKA_PUSH_KEY_FILE"] == "/keys/push.key"
        assert "vaka-keys:/keys" in SERVICES[name]["volumes"]
    assert SERVICES["web"]["volumes"] == ["vaka-data:/data"]
    assert "--owner=vaka --group=vaka --mode=0700 /keys" in DOCKERFILE


@pytest.mark.parametrize("name", ["hub", "watch"])
def test_hub_and_watchman_call_people_by_the_same_ways(name: str) -> None:
    environment = SERVICES[name]["environment"]
    assert {key: environment.get(key) for key in COMPOSE["x-ways"]} == COMPOSE["x-ways"]
    assert set(WAY_SECRETS) <= set(SERVICES[name]["secrets"])


def test_every_setting_of_a_way_reaches_the_containers() -> None:
    of_ways = {
        f"VAKA_{name.upper()}"
        for name in Settings.model_fields
        if name.startswith(("smtp", "webhook", "messengers", "web_address")) or name == "push_key_file"
    }
    assert set(COMPOSE["x-ways"]) == of_ways


def test_what_the_operator_fills_in_may_stay_empty(tmp_path: Path) -> None:
    subprocess.run([ROOT / "deploy/prepare", tmp_path, "broker.example.org"], check=True, capture_output=True)
    assert {path.name for path in tmp_path.iterdir() if path.is_file()} == set(COMPOSE["secrets"])
    named = {
        "VAKA_SMTP": "smtp://mail.example.org:25",
        "VAKA_SMTP_FROM": "vaka@example.org",
        "VAKA_SMTP_PASSWORD_FILE": str(tmp_path / "smtp_password"),
        "VAKA_WEBHOOK_SECRET_FILE": str(tmp_path / "webhook_secret"),
        "VAKA_WATCH_TO_FILE": str(tmp_path / "watch_to"),
    }
    ways = {way.name for way in configured_ways(read_settings(named), WallClock())}
    assert {"email", "webhook"} <= ways


def test_the_bill_of_materials_names_every_package_of_the_locks() -> None:
    subprocess.run([ROOT / "tools" / "sbom"], check=True, stdout=subprocess.DEVNULL)
    python, browser = (
        json.loads((ROOT / f"build/sbom-{of}.json").read_text()) for of in ("python", "browser")
    )
    named = {(part["name"], part["version"]) for part in python["components"]}
    locked = re.findall(r"(?m)^([a-z0-9-]+)==([^ ;]+)", (ROOT / "requirements.lock").read_text())
    assert named == set(locked)
    lock = json.loads((ROOT / "dashboards" / "package-lock.json").read_text())["packages"]
    libraries = {
        name.rpartition("node_modules/")[2] for name, entry in lock.items() if name and not entry.get("dev")
    }
    assert {part["name"] for part in browser["components"]} == libraries
    assert python["bomFormat"] == browser["bomFormat"] == "CycloneDX"
