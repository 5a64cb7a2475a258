"""Other programs are told what happens: signed, once each, by pseudonym, and given up after days."""

import hmac
import json
import os
import signal
import subprocess
import sys
import threading
from base64 import b64decode, b64encode
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from starlette.testclient import TestClient

from dashboards.access import Act
from hub import events
from hub.settings import Settings
from hub.store import contacts, integrations
from hub.store import events as store
from hub.store.contacts import Contact
from hub.store.db import connect, transaction
from hub.threads import Threads
from hub.ways.events import EventCourier, EventPost, EventWay, after_attempt, stop, subscription_in_force
from hub.ways.way import Failed
from rules.building import PersonRole
from rules.event import STOPPED_AFTER, Subscription, is_to_be_stopped
from rules.protection import Protection
from tests.patience import PATIENCE
from tests.servers import ROOT
from tests.ways.receivers import HERE, web_address
from tests.web.conftest import csrf_of
from tests.web.house import House
from tests.web.test_every_route import WITH_ALL_ROLES
from tests.web.test_integrations import token_of

SignIn = Callable[..., TestClient]
ALERTS = ["alert.opened", "alert.changed", "alert.closed"]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path, WITH_ALL_ROLES)
    house.settings = Settings(data=tmp_path, webhook_hosts="127.0.0.1:1")
    house.hub_says()
    events.begin(house.connection, "solbakken")
    yield house
    house.connection.close()


def subscribed(
    house: House,
    sign_in: SignIn,
    address: str,
    wanted: list[str],
    role: PersonRole,
    acts: tuple[Act, ...],
    id: str,
) -> tuple[TestClient, dict[str, str], str]:
    token_of(house, role, acts, id=id)
    adm = sign_in("adm")
    ours = {"X-CSRF-Token": adm.get("/api/v1/session").json()["csrf"]}
    body = {"address": address, "events": wanted}
    made = adm.put(f"/api/v1/integrations/{id}/events", headers=ours, json=body)
    assert made.status_code == 200, made.text
    return adm, ours, made.json()["secret"]


def verifying_as_documented() -> Callable[..., bool]:
    """The receiver's part, as docs/api.md has it."""
    text = (ROOT / "docs" / "api.md").read_text()
    code = text.partition("```python\n")[2].partition("```")[0]
    names: dict[str, Callable[..., bool]] = {}
    exec(code, names)
    return names["is_from_vaka"]


def courier_of(house: House) -> EventCourier:
    way = EventWay(
        house.data, lambda one: store.subscription(house.connection, "solbakken", one), house.clock
    )
    way.inside = HERE
    # The courier asks from a thread of its own; what it is told of the address is read before.
    known = {one.integration: one for one in store.subscriptions(house.connection, "solbakken")}
    way._subscription = known.get
    return EventCourier(house.settings.database, lambda: house.site, way, house.clock, Threads())


def test_an_alert_is_told_signed_and_once_a_step_without_a_name(house: House, sign_in: SignIn) -> None:
    with web_address() as (receiver, url):
        port = int(url.rsplit(":", 1)[1].split("/")[0])
        house.settings = Settings(data=house.data, webhook_hosts=f"127.0.0.1:{port}")
        adm, ours, secret = subscribed(house, sign_in, url, ALERTS, "carer", ("see alerts",), "signal")
        alert = house.night_exit()
        house.act(alert, "kari", arrive=True, outcome="helped")
        while events.follow(house.connection, house.site, house.now()):
            pass
        assert events.follow(house.connection, house.site, house.now()) == 0
        courier = courier_of(house)
        receiver.statuses = [503]
        for _ in range(10):
            courier.deliver(house.connection)
        told = [json.loads(body) for _, body in receiver.requests[1:]]
        rows = adm.get("/api/v1/integrations/signal/events/deliveries").json()
        failed = [one for one in rows if one["failure"] is not None]
        assert [one["attempts"] for one in failed] == [1], "it is tried again later"
        assert failed[0]["next_at"] is not None
        assert {one["type"] for one in told} <= set(ALERTS)
        assert told[-1]["type"] == "alert.closed"
        assert told[-1]["data"]["residents"] == ["r1"]
        is_from_vaka = verifying_as_documented()
        for headers, body in receiver.requests:
            assert is_from_vaka(secret, headers, body)
            assert not is_from_vaka(secret, headers, body + b" ")
            assert not is_from_vaka("whsec_AAAA", headers, body)
            sent = {name.lower(): value for name, value in headers.items()}
            key = b64decode(secret.removeprefix("whsec_"))
            signed = b".".join((sent["webhook-id"].encode(), sent["webhook-timestamp"].encode(), body))
            expected = f"v1,{b64encode(hmac.digest(key, signed, 'sha256')).decode()}"
            assert sent["webhook-signature"] == expected
            assert not any(name.encode() in body for name in ("Anna", "Haugen", "Kari", "kari"))
        ids = [headers.get("webhook-id") or headers.get("Webhook-Id") for headers, _ in receiver.requests]
        assert len(set(ids)) == len(ids)
        assert adm.post("/api/v1/integrations/signal/events/test", headers=ours).status_code == 202
        courier.deliver(house.connection)
        assert json.loads(receiver.requests[-1][1])["type"] == "ping"


def test_each_program_is_told_what_it_may_see_and_nothing_else(house: House, sign_in: SignIn) -> None:
    url = "http://127.0.0.1:1/x"
    everything = [*ALERTS, "device.fault"]
    adm, ours, _ = subscribed(
        house, sign_in, url, everything, "technician", ("see alerts", "see devices"), "drift"
    )
    subscribed(house, sign_in, url, ["protection.lost"], "carer", ("see residents",), "journal")
    beyond = adm.put(
        "/api/v1/integrations/drift/events",
        headers=ours,
        json={"address": url, "events": ["protection.lost"]},
    )
    assert (beyond.status_code, beyond.json()["reason"]) == (422, "beyond_acts")
    for address in ("http://169.254.169.254/", "http://example.org/", "https://hub/", "https://192.0.0.192/"):
        inside = adm.put(
            "/api/v1/integrations/drift/events",
            headers=ours,
            json={"address": address, "events": ["alert.opened"]},
        )
        assert (inside.status_code, inside.json()["reason"]) == (422, "webhook_not_named"), address
    broken = adm.put(
        "/api/v1/integrations/drift/events",
        headers=ours,
        json={"address": "https://ex.org/\r\nX: y", "events": ["alert.opened"]},
    )
    assert (broken.status_code, broken.json()["reason"]) == (422, "unusable_address")
    house.night_exit()
    house.lose("device:1A stue")
    house.protect(Protection("r1", "unprotected", ()))
    while events.follow(house.connection, house.site, house.now()):
        pass
    told = house.rows("SELECT integration, type, body FROM event_message ORDER BY id")
    assert ("journal", "protection.lost") in {(row["integration"], row["type"]) for row in told}
    assert {row["integration"] for row in told if row["type"].startswith("protection")} == {"journal"}
    drift = [json.loads(row["body"])["data"] for row in told if row["integration"] == "drift"]
    assert {one["rule"] for one in drift} == {"not-heard"} or all(
        one["rule"] != "night-exit" for one in drift
    )
    assert drift
    assert adm.delete("/api/v1/integrations/drift", headers=ours).status_code == 204
    assert adm.get("/api/v1/integrations/drift/events").status_code == 404
    waiting = house.rows("SELECT integration FROM event_message WHERE next_at IS NOT NULL")
    assert {row["integration"] for row in waiting} == {"journal"}


@pytest.mark.parametrize(("gone", "said"), [("was_revoked", "trukket tilbake"), ("token_ended", "gått ut")])
def test_a_program_whose_key_is_good_no_more_is_told_of_nothing_new(
    house: House, sign_in: SignIn, gone: str, said: str
) -> None:
    url = "http://127.0.0.1:1/x"
    adm, ours, _ = subscribed(house, sign_in, url, ["alert.opened"], "carer", ("see alerts",), "signal")
    at, page = "/api/v1/integrations/signal", "/integrations/signal"
    if gone == "was_revoked":
        assert adm.delete(at, headers=ours).status_code == 204
        renewed = adm.post(f"{at}/token", headers=ours, json={})
        assert (renewed.status_code, renewed.json()["reason"]) == (409, gone), "it is there, and was revoked"
    else:
        with transaction(house.connection):
            known = integrations.get(house.connection, "solbakken", "signal")
            assert known is not None
            integrations.put(house.connection, msgspec.structs.replace(known, ends_at=house.now()))
    before = house.rows("SELECT * FROM event_subscription"), house.rows("SELECT id FROM event_message")
    put = adm.put(f"{at}/events", headers=ours, json={"address": url, "events": ["alert.opened"]})
    assert (put.status_code, put.json()["reason"], "secret" in put.json()) == (409, gone, False)
    tried = adm.post(f"{at}/events/test", headers=ours)
    assert (tried.status_code, tried.json()["reason"]) == (409, gone)
    form = {"csrf": ours["X-CSRF-Token"], "address": url, "wanted": ["alert.opened"]}
    for path in ("events", "events/test"):
        assert adm.post(f"{page}/{path}", data=form).status_code == 422
    after = house.rows("SELECT * FROM event_subscription"), house.rows("SELECT id FROM event_message")
    assert [[tuple(row) for row in rows] for rows in after] == [
        [tuple(row) for row in rows] for rows in before
    ]
    shown = adm.get(page).text
    assert said in shown.lower()
    assert f'action="{page}/events"' not in shown


def test_an_address_that_takes_nothing_for_days_is_given_up_and_told_of(
    house: House, sign_in: SignIn
) -> None:
    with transaction(house.connection):
        contacts.put(house.connection, "solbakken", Contact("adm", "email", "adm@example.org"), house.now())
    adm, _, _ = subscribed(house, sign_in, "http://127.0.0.1:1/x", ALERTS, "carer", ("see alerts",), "signal")
    one = store.subscription(house.connection, "solbakken", "signal")
    assert one is not None
    message = events.ping(house.connection, one, house.now())
    waits = []
    for _ in range(12):
        before, now = message, message.next_at or house.now()
        message = after_attempt(before, Failed("away", for_good=False), now)
        waits.append((message.next_at or now) - now)
    assert waits[:3] == [timedelta(seconds=2), timedelta(seconds=4), timedelta(seconds=8)]
    assert max(waits) == timedelta(hours=1)
    since = house.now()
    failing = type(one)(**{n: getattr(one, n) for n in one.__struct_fields__} | {"failing_since": since})
    assert not is_to_be_stopped(failing, since + STOPPED_AFTER - timedelta(seconds=1))
    assert is_to_be_stopped(failing, since + STOPPED_AFTER)
    with transaction(house.connection):
        stop(house.connection, house.site, failing, since + STOPPED_AFTER)
    assert adm.get("/api/v1/integrations/signal/events").json()["stopped_at"] is not None
    assert house.rows("SELECT id FROM event_message WHERE next_at IS NOT NULL") == []
    told = [row["subject"] for row in house.rows("SELECT subject FROM staff_notice WHERE person = 'adm'")]
    assert told == ["Journalen får ikke hendelser"]


def test_a_key_that_has_ended_sends_nothing_that_still_waited(house: House, sign_in: SignIn) -> None:
    with web_address() as (receiver, url):
        port = int(url.rsplit(":", 1)[1].split("/")[0])
        house.settings = Settings(data=house.data, webhook_hosts=f"127.0.0.1:{port}")
        subscribed(house, sign_in, url, ALERTS, "carer", ("see alerts",), "signal")
        house.night_exit()
        while events.follow(house.connection, house.site, house.now()):
            pass
        ends_at = integrations.everything(house.connection, "solbakken")[0].ends_at

        def asked(at: datetime) -> Subscription | None:
            with closing(connect(house.settings.database)) as connection:
                return subscription_in_force(connection, "solbakken", "signal", at)

        assert asked(ends_at - timedelta(seconds=1)) is not None
        way = EventWay(house.data, lambda _: asked(ends_at), house.clock)
        way.inside = HERE
        courier = EventCourier(house.settings.database, lambda: house.site, way, house.clock, Threads())
        for _ in range(5):
            courier.deliver(house.connection)
        assert receiver.requests == []
        rows = house.rows("SELECT next_at, failure FROM event_message")
        assert {(row["next_at"], row["failure"]) for row in rows} == {
            (None, "its key has ended, or it is not subscribed any more")
        }


def test_in_a_running_hub_an_event_goes_out_by_its_own_thread(house: House, sign_in: SignIn) -> None:
    with web_address() as (receiver, url):
        host = url.split("/")[2]
        house.settings = Settings(data=house.data, webhook_hosts=host)
        subscribed(house, sign_in, url, ALERTS, "carer", ("see alerts",), "signal")
        threads = Threads()
        post = EventPost(house.settings, lambda: house.site, house.clock, threads)
        post.start()
        try:
            house.night_exit()
            post.wake()
            assert receiver.asked.wait(PATIENCE)
        finally:
            post.stop()
        threads.say(house.connection, "solbakken", house.now())  # raises where one has ended
        assert json.loads(receiver.requests[0][1])["type"] == "alert.opened"
    assert not [one for one in threading.enumerate() if one.name in ("events", "courier-event")]


def test_killed_between_send_and_mark_an_event_comes_again_under_the_same_id(
    house: House, sign_in: SignIn
) -> None:
    with web_address() as (receiver, url):
        host = url.split("/")[2]
        house.settings = Settings(data=house.data, webhook_hosts=host)
        subscribed(house, sign_in, url, ALERTS, "carer", ("see alerts",), "signal")
        house.night_exit()
        while events.follow(house.connection, house.site, house.now()):
            pass
        waiting = house.rows("SELECT id FROM event_message WHERE next_at IS NOT NULL")
        environment = {name: value for name, value in os.environ.items() if not name.startswith("VAKA_")}
        kills = 0
        while True:
            done = subprocess.run(
                [sys.executable, "-m", "tests.ways.dying_events", str(house.data), host, "1"],
                env=environment,
                cwd=ROOT,
                timeout=PATIENCE,
                check=False,
            )
            assert done.returncode == -signal.SIGKILL
            kills += 1
            if kills == 2:
                break
        assert house.rows("SELECT id FROM event_message WHERE sent_at IS NOT NULL") == []
        last = [sys.executable, "-m", "tests.ways.dying_events", str(house.data), host, "0"]
        assert subprocess.run(last, env=environment, cwd=ROOT, timeout=PATIENCE, check=False).returncode == 0
        ids = Counter(headers["webhook-id"] for headers, _ in receiver.requests)
        assert set(ids) == {f"vaka-solbakken-event-{row['id']}" for row in waiting}
        assert max(ids.values()) == 1 + kills
        assert house.rows("SELECT id FROM event_message WHERE sent_at IS NULL") == []


def test_an_administrator_sets_a_programs_address_on_its_page_and_sees_what_came_of_it(
    house: House, sign_in: SignIn
) -> None:
    with web_address() as (receiver, url):
        house.settings = Settings(data=house.data, webhook_hosts=url.split("/")[2])
        token_of(house, "carer", ("see alerts",), id="signal")
        adm, at = sign_in("adm"), "/integrations/signal"
        form = {"csrf": csrf_of(adm, at), "address": url, "wanted": ["alert.opened"]}
        assert "protection.lost" not in adm.get(at).text, "it may not see that"
        refused = adm.post(f"{at}/events", data={**form, "address": "http://169.254.169.254/"})
        assert refused.status_code == 422
        assert "Dit sender ikke Vaka, bare til https://" in refused.text
        assert "169.254" in refused.text, "what was typed stays"
        assert "Kryss av for minst én hendelse" in adm.post(f"{at}/events", data={**form, "wanted": []}).text
        beyond = adm.post(f"{at}/events", data={**form, "wanted": ["protection.lost"]})
        assert (beyond.status_code, "whsec_" in beyond.text) == (422, False)
        made = adm.post(f"{at}/events", data=form)
        assert "whsec_" in made.text
        assert "whsec_" not in adm.get(at).text, "it is shown once"
        tried = adm.post(f"{at}/events/test", data=form)
        assert tried.headers["location"] == f"{at}?notice=pinged"
        assert "En prøve er på vei" in adm.get(tried.headers["location"]).text
        receiver.statuses = [500]
        courier_of(house).deliver(house.connection)
        page = adm.get(at).text
        assert "Prøvd 1 gang, igjen" in page
        assert "Adressen tar ikke imot hendelser" in page
        one = store.subscription(house.connection, "solbakken", "signal")
        assert one is not None
        with transaction(house.connection):
            stop(house.connection, house.site, one, house.now())
        page = adm.get(at).text
        assert "Hendelsene sendes ikke lenger" in page
        assert "Ikke levert" in page
        adm.post(f"{at}/events", data=form)
        assert "Hendelsene sendes ikke lenger" not in adm.get(at).text
        gone = adm.post(f"{at}/events/remove", data=form)
        assert gone.headers["location"] == f"{at}?notice=untold"
        assert store.subscription(house.connection, "solbakken", "signal") is None
        assert adm.post(f"{at}/events/test", data=form).status_code == 404
        assert sign_in("kari").post(f"{at}/events", data=form).status_code in (403, 404)
