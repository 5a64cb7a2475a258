"""A press on a real broker, a running hub, a real mail server: the carer is written to within the second."""

import signal
import statistics
import time
from email.header import decode_header, make_header
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from hub.clock import WallClock
from hub.desk import Desk
from hub.store import alerts
from hub.store.db import connect
from tests.end_to_end.house import House
from tests.patience import PATIENCE
from tests.servers import Mosquitto
from tests.ways.receivers import mail_server, web_address

pytestmark = pytest.mark.broker

SITE = """
site: test
name: Test
units: [{id: sol, name: Solsida}]
rooms: [{id: 1, unit: sol}, {id: 2, unit: sol}, {id: 3, unit: sol}, {id: 4, unit: sol}, {id: 5, unit: sol}]
devices:
  - {id: button-1, room: 1, role: help_button, gateway: native}
  - {id: button-2, room: 2, role: help_button, gateway: native}
  - {id: button-3, room: 3, role: help_button, gateway: native}
  - {id: button-4, room: 4, role: help_button, gateway: native}
  - {id: button-5, room: 5, role: help_button, gateway: native}
people: [{id: kari, name: Kari, role: carer}]
rules: [{rule: help-button, rooms: [1, 2, 3, 4, 5]}]
"""


def close_everything(house: House) -> None:
    connection = connect(house.database)
    for alert in alerts.open_alerts(connection, "test"):
        Desk(connection, "test", WallClock()).close(alert.id, "kari", "helped")
    connection.close()


def test_a_press_reaches_the_carers_mail_once_across_a_restart(tmp_path: Path, mosquitto: Mosquitto) -> None:
    delays = []
    with mail_server() as (mailbox, port):
        mail = {"VAKA_SMTP": f"smtp://127.0.0.1:{port}", "VAKA_SMTP_FROM": "vaka@example.org"}
        house = House(tmp_path / "house", mosquitto, SITE, **mail)
        house.vaka("contact", "kari", "email", "kari@example.org")
        house.start_hub()
        house.until(house.hub_is_caught_up, "the hub's first look at the broker")
        for room in range(1, 5):
            mailbox.arrived.clear()
            began = time.monotonic()
            house.publish([(f"vaka/test/readings/button-{room}", b'{"pressed": "single"}')])
            assert mailbox.arrived.wait(PATIENCE), "no mail came"
            delays.append(time.monotonic() - began)
            close_everything(house)
        house.stop_hub()
        house.start_hub()
        house.publish([("vaka/test/readings/button-5", b'{"pressed": "single"}')])
        house.until(lambda: len(mailbox.taken) == 5, "the mail after the restart")
        house.stop_hub()
    subjects = [str(make_header(decode_header(mail["subject"]))) for mail in mailbox.taken]
    assert subjects == [f"HØYT varsel: {room}" for room in range(1, 6)], "each once"
    print(f"from press to mail: median {statistics.median(delays):.3f} s, longest {max(delays):.3f} s")


def test_a_hub_that_is_killed_in_the_middle_of_calling_loses_no_call_and_repeats_them_by_their_id(
    tmp_path: Path, mosquitto: Mosquitto
) -> None:
    """SIGKILL between the press and the mail, again and again, at moments that nobody chose."""
    with mail_server() as (mailbox, port), web_address() as (pager, url):
        secret = tmp_path / "secret"
        secret.write_text("s3cret\n")
        house = House(
            tmp_path / "house",
            mosquitto,
            SITE,
            VAKA_SMTP=f"smtp://127.0.0.1:{port}",
            VAKA_SMTP_FROM="vaka@example.org",
            VAKA_WEBHOOK_SECRET_FILE=str(secret),
            VAKA_WEBHOOK_HOSTS=urlsplit(url).netloc,
        )
        house.vaka("contact", "kari", "email", "kari@example.org")
        house.vaka("contact", "kari", "webhook", url)
        house.start_hub()
        house.until(house.hub_is_caught_up, "the hub's first look at the broker")
        for room, after in zip(range(1, 6), (0.0, 0.02, 0.06, 0.12, 0.25), strict=True):
            house.publish([(f"vaka/test/readings/button-{room}", b'{"pressed": "single"}')])
            time.sleep(after)  # the moment of death, not something that is waited for
            house.stop_hub(signal.SIGKILL)
            house.start_hub()

        def all_marked() -> bool:
            rows = house.rows("SELECT count(*) FROM summons WHERE sent_at IS NOT NULL")
            return rows == [(10,)]

        house.until(all_marked, "that each of ten messages is marked as sent")
        house.stop_hub()
        sent = dict(house.rows("SELECT id, way FROM summons"))
        assert house.rows("SELECT count(*) FROM alert") == [(5,)], "each press once"
    mails = {mail["message-id"] for mail in mailbox.taken}
    calls = {headers["webhook-id"] for headers, _ in pager.requests}
    assert mails == {f"<vaka-test-{id}@example.org>" for id, way in sent.items() if way == "email"}
    assert calls == {f"vaka-test-{id}" for id, way in sent.items() if way == "webhook"}
    print(f"five kills: {len(mailbox.taken)} mails and {len(pager.requests)} webhooks for five of each")
