"""A proof and a real high alert at the same time, through all of it: real broker and hub, a push service, a
mail server, and a way that hangs. Neither is taken for the other, and the real one waits for nothing.
"""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from hub import proving
from hub.clock import WallClock
from hub.phones import Phones, note_receipt
from hub.settings import Settings
from hub.site.installed import installed_site
from hub.store import alerts, phones, proofs, summonses
from hub.store.db import connect
from hub.store.phones import Phone
from hub.store.proofs import Proof
from hub.ways.push_address import OwnServer
from hub.ways.push_key import public_key
from hub.ways.push_receipts import ReceiptMarks
from rules.proof import proof_site
from tests.end_to_end.house import House
from tests.servers import Mosquitto
from tests.ways.push_service import new_device, push_service
from tests.ways.receivers import mail_server, web_address

pytestmark = pytest.mark.broker

SITE = """
site: test
name: Solbakken
units: [{id: sol, name: Solsida}]
rooms: [{id: 3B, unit: sol}]
residents: [{id: r-anna, name: Anna Haugen, room: 3B}]
devices: [{id: button, room: 3B, role: help_button, gateway: native}]
rules: [{rule: help-button}]
people:
  - {id: kari, name: Kari, role: carer}
  - {id: ola, name: Ola, role: carer}
"""


def test_a_proof_beside_a_real_high_alert_neither_delays_it_nor_is_taken_for_it(
    tmp_path: Path, mosquitto: Mosquitto
) -> None:
    (tmp_path / "push").mkdir()
    (tmp_path / "secret").write_text("s3cret\n")
    with (
        push_service(tmp_path / "push") as push,
        mail_server() as (mailbox, port),
        web_address() as (hanging, url),
    ):
        settings = {
            "VAKA_SMTP": f"smtp://127.0.0.1:{port}",
            "VAKA_SMTP_FROM": "vaka@example.org",
            "VAKA_WEBHOOK_SECRET_FILE": str(tmp_path / "secret"),
            "VAKA_WEBHOOK_HOSTS": urlsplit(url).netloc,
            "VAKA_PUSH_SERVER": f"localhost:{push.port}",
            "VAKA_PUSH_SERVER_CA": str(push.ca),
        }
        house = House(tmp_path / "house", mosquitto, SITE, **settings)
        house.vaka("contact", "kari", "email", "kari@example.org")
        house.vaka("contact", "ola", "webhook", url)
        house.start_hub()
        try:
            house.until(house.hub_is_caught_up, "the hub's first look at the broker")
            data = house.database.parent
            house.until(lambda: public_key(data) is not None, "the hub's key")
            device = new_device()
            with closing(connect(house.database)) as connection:
                site = installed_site(Settings(data=data))
                own = OwnServer("localhost", push.port, push.ca)
                book = Phones(connection, site, WallClock())
                keys, key = (device.public, device.auth), public_key(data) or ""
                phone = book.switch_on("kari", push.endpoint("kari"), keys, "Pixel", own, key)
                assert isinstance(phone, Phone)
                hanging.let_go.clear()  # every way to Ola hangs
                proof = proving.ask(connection, site, "sol", "kari", WallClock().now())
                assert isinstance(proof, Proof)
                house.until(lambda: len(push.taken) >= 1 and len(mailbox.taken) >= 1, "the proof's messages")
                house.publish([("vaka/test/readings/button", b'{"pressed": "single"}')])
                # Ola's way answers neither of the two before these have come.
                house.until(lambda: len(push.taken) >= 2 and len(mailbox.taken) >= 2, "the real one's")
                [real] = [a for a in alerts.open_alerts(connection, "test") if a.rule == "help-button"]
                said = [json.loads(device.reads(body)) for _, _, body in push.taken[:2]]
                _tell(connection, data, [one["receipt"] for one in said])
                hanging.let_go.set()

                def ended() -> bool:
                    found = proofs.get(connection, "test", proof.id)
                    return found is not None and found.ended_at is not None

                house.until(ended, "the proof's end", 150)
                told = summonses.of_alert(connection, real.id)
                on_phone = phones.get(connection, "test", phone.id)
        finally:
            house.stop_hub()
    tried, called = said
    assert (tried["title"].partition(":")[0], tried["tag"], tried["urgent"], tried["silent"]) == (
        "PRØVE av varslingen", "proof", False, True,
    )  # fmt: skip
    assert tried["open"] == "/care/proof"
    assert (called["title"], called["open"], called["urgent"], called["silent"]) == (
        "HØYT varsel: 3B", f"/alerts/{real.id}", True, False,
    )  # fmt: skip
    assert called["tag"] != tried["tag"], "neither takes the other's place on the phone"
    assert not any(name in json.dumps(said, ensure_ascii=False) for name in ("Anna", "Haugen"))
    assert (real.state, real.occurrences, real.severity) == ("open", 1, "high")
    assert {m.person for m in told if m.delivered_at is not None} == {"kari"}
    assert {m.proof for m in told} == {False}
    assert on_phone is not None
    assert on_phone.state == "ok"
    of_proofs = house.rows("SELECT count(*) FROM alert WHERE site = ?", proof_site("test"))
    assert of_proofs == [(1,)], "the real press is no part of it"


def _tell(connection: sqlite3.Connection, data: Path, tokens: list[str]) -> None:
    """What the phone's service worker says."""
    for token in tokens:
        now = WallClock().now()
        assert note_receipt(connection, "test", ReceiptMarks(data), token, "delivered", None, now) is None
