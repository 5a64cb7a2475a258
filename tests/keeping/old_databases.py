# ruff: noqa: E501 - rows of data
"""Databases as older versions left them: one text file for each number of the schema, with a small house in it.

`python -m tests.keeping.old_databases` writes those that are missing, with the schema files up to each number. One
that is there is never written again: it is what that version left, whatever becomes of the schema files.
"""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from hub.store.db import chained

SCHEMA = Path(__file__).parents[2] / "hub" / "store" / "schema"
FOLDER = Path(__file__).parent / "old"
T = 1_764_000_000_000_000
"""2025-11-24, 16:00 UTC, in µs."""
HOUSE = """
site: granly
name: Granly omsorgsboliger
units: [{id: vest, name: Vestfløya}]
rooms: [{id: 3B, unit: vest}, {id: 4A, unit: vest}]
residents:
  - {id: r-1, name: Borghild Åsen, room: 3B}
  - {id: r-2, name: Leif Østby, room: 4A}
devices:
  - {id: 3B dør, room: 3B, role: outer_door}
  - {id: 3B stue, room: 3B, role: motion}
people:
  - {id: kari, name: Kari Nordmann, role: carer}
  - {id: tor, name: Tor Teknisk, role: technician}
rules: [{rule: night-exit}, {rule: door-open}]
"""
ALERT = (
    "INSERT INTO alert (id, site, rule, room, unit, residents, severity, state, raised_at, found_at, last_at,"
    " device, evidence, occurrences, prewarning, late, cleared_at, accepted_at, accepted_by, arrived_at,"
    " arrived_by, closed_at, closed_by, outcome, due) VALUES "
)
CONTENT: dict[int, str] = {
    1: f"""
INSERT INTO site_version VALUES (1, 'granly', '{HOUSE}', {T}, 'tor');
INSERT INTO device VALUES (1, 'granly', 'zigbee2mqtt', '3B dør', {T}), (2, 'granly', 'zigbee2mqtt', '3B stue', {T});
INSERT INTO device_latest VALUES (1, {T + 9}, CAST('{{"open":[true,{T + 9}]}}' AS BLOB));
INSERT INTO measure VALUES (1, 'open'), (2, 'motion'), (3, 'temperature');
INSERT INTO reading VALUES (1, 1, 1, 1, {T}, {T + 5}, 0), (2, 2, 2, 0, {T + 6}, {T + 7}, 4), (3, 2, 3, 21.5, {T + 8}, {T + 9}, 1);
INSERT INTO committed_batch VALUES (1, X'00112233445566778899');
INSERT INTO rule_state VALUES ('granly', 'night-exit', '3B', CAST('{{"kind":"event","state":{{}}}}' AS BLOB), {T + 60});
INSERT INTO unheard VALUES ('granly', 'device:3B stue', {T});
{ALERT}(1, 'granly', 'night-exit', '3B', 'vest', '["r-1"]', 'high', 'closed', {T}, {T}, {T}, '3B dør', '[]', 2, 0, 0,
  {T + 9}, {T + 1}, 'kari', {T + 2}, 'kari', {T + 3}, 'kari', 'helped', NULL),
  (2, 'granly', 'door-open', '4A', 'vest', '["r-2"]', 'medium', 'open', {T}, {T}, {T}, NULL, '[]', 1, 0, 1,
  NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, {T + 600});
INSERT INTO alert_event VALUES (1, 1, {T}, 'raised', NULL, 'døra gikk opp'), (2, 1, {T + 3}, 'close', 'kari', 'helped'), (3, 2, {T}, 'raised', NULL, '');
INSERT INTO finding VALUES (1, 'granly', 'night-exit', '3B', 'raised', {T}, 'opened', '3B dør');
INSERT INTO notification VALUES (1, 'granly', 1, 'mqtt', 'vaka/granly/alerts/1', '', {T}, {T + 1}), (2, 'granly', 2, 'mqtt', 'vaka/granly/alerts/2', '{{"id":2}}', {T}, NULL);
INSERT INTO quarantine VALUES ('granly', 'zigbee2mqtt/rar', 'malformed JSON', X'7B', 1, 3, {T}, {T + 2});
INSERT INTO health VALUES ('granly', 'hub', 'ok', {T}, {T + 5}, '');
INSERT INTO protection VALUES (1, 'granly', 'r-1', 'unprotected', '[]', {T}), (2, 'granly', 'r-1', 'protected', '[]', {T + 1});
INSERT INTO credential VALUES ('granly', 'kari', '$argon2id$v=19$m=8,t=1,p=1$abc$def', {T});
INSERT INTO session VALUES (X'AB', 'granly', 'kari', {T}, {T + 1}, NULL);
INSERT INTO audit VALUES (1, 'granly', {T}, 'kari', 'residents seen', '{{"page":"/","residents":["r-1"]}}');
""",
    2: "INSERT INTO history_cursor VALUES ('http://influxdb:8086/vaka/vaka', 2);",
    3: 'UPDATE alert SET others = \'[{"device":"3B stue"}]\' WHERE id = 1;',
    4: f"INSERT INTO announcement VALUES ('granly', 'zigbee2mqtt/bridge/devices', X'5B5D', {T});",
    5: f"INSERT INTO pause VALUES (1, 'granly', 'door-open', '4A', 'kari', 'maler døra', {T}, {T + 99}, {T + 99}, NULL, NULL, {T + 50}, 'kari');",
    6: f"INSERT INTO quarantine VALUES ('granly', 'zigbee2mqtt/to', 'wrong type', X'7B7D', 2, 1, {T}, {T});",
    7: f"""
INSERT INTO gateway_request VALUES (1, 'granly', 'zigbee2mqtt', 'zigbee2mqtt', '{{}}', 'vaka-1', 'done', 'ok', 'tor', {T}, {T + 9}, {T + 1}, {T + 2}, 0);
INSERT INTO gateway_joining VALUES (1, 'granly', 'zigbee2mqtt', {T}, 'joined', '0x1', '3B dør', 'SNZB-04', 1);
INSERT INTO gateway_pairing VALUES ('granly', 'zigbee2mqtt', 0, NULL, {T});
INSERT INTO gateway_name VALUES ('granly', 'zigbee2mqtt', '0x1', '3B dør', {T});
""",
    8: f"INSERT INTO ignored_device VALUES ('granly', 'zigbee2mqtt', 'naboens', 'naboens', {T}, 'tor');",
    9: f"INSERT INTO alert_escalation VALUES (2, X'7B7D', {T + 60});",
    10: f"INSERT INTO codec VALUES (1, 'granly', 'elsys', 'function decodeUplink(i) {{}}', 'tor', {T});",
    11: """
INSERT INTO site_change VALUES ('granly', 'devices', '3B dør', 1, NULL, '{"id":"3B dør"}');
INSERT INTO placement VALUES (1, 'granly', '3B dør', '3B', 'outer_door', 'zigbee2mqtt', '3B dør', 1, 0, NULL);
""",
    12: f"INSERT INTO absence VALUES (1, 'granly', 'r-2', 'hospital', 'kari', {T}, {T}, {T + 99}, NULL, {T + 50}, 'kari');",
    13: f"""
INSERT INTO aside VALUES ('granly', '3B stue', {T});
INSERT INTO walk_test VALUES (1, 'granly', '3B dør', 'tor', {T}, {T + 9}, {T + 5}, NULL);
INSERT INTO walk_test_reading VALUES (1, 1, 'open', 1, {T}, {T + 1}, {T + 2}, 0);
INSERT INTO pause (id, site, rule, room, owner, reason, paused_at, until, ends_at, device)
  VALUES (2, 'granly', '', '3B', 'tor', 'nytt batteri', {T}, {T + 9}, {T + 9}, '3B stue');
""",
    14: f"INSERT INTO alert_sensors VALUES (2, {T}, '[]');",
    15: f"""
INSERT INTO goal_day VALUES ('granly', 'goal-stove-off', '4A', '2025-11-24', {T}, 2, 1, 0, NULL, NULL, 0, 'reminded');
INSERT INTO notification VALUES (3, 'granly', NULL, 'mqtt', 'vaka/granly/goals/4A', '{{}}', {T}, {T + 1});
""",
    16: f"UPDATE alert SET on_the_way_at = {T + 1}, assistance_at = {T + 2} WHERE id = 1;",
    17: "INSERT INTO record VALUES (1, 'granly', 1, '3B dør', '{\"number\":1}', X'01', X'02');",
    18: f"INSERT INTO silence VALUES (1, 'granly', 'broker', {T}, {T + 9});",
    19: f"""
INSERT INTO device_figures VALUES (1, X'7B7D');
INSERT INTO battery_day VALUES (1, 20416, 87.5);
INSERT INTO device_placed VALUES ('granly', '3B dør', 'zigbee2mqtt/3B dør', {T});
INSERT INTO gateway_back VALUES ('granly', 'zigbee2mqtt', {T});
INSERT INTO fault VALUES (1, 'granly', 'silent', '3B stue', {T}, {T + 1}, 'not heard', '{{}}', {T + 2}, NULL);
""",
    20: f"""
INSERT INTO shift (id, site, person, units, function, starts_at, ends_at, residents, source)
  VALUES (1, 'granly', 'kari', '["vest"]', 'carer', {T}, {T + 99}, '["r-1"]', 'roster');
INSERT INTO contact VALUES ('granly', 'kari', 'email', 'kari@example.org', {T});
INSERT INTO summons (id, site, alert, event, person, way, address, urgent, subject, body, created_at, attempts, next_at, sent_at, failure)
  VALUES (1, 'granly', 2, 3, 'kari', 'email', 'kari@example.org', 1, 'Varsel i 4A', 'https://vaka', {T}, 1, NULL, {T + 1}, NULL);
INSERT INTO summons_cursor VALUES ('granly', 3);
""",
    21: f"""
INSERT INTO staff_absence VALUES (1, 'granly', 'kari', {T}, {T + 99}, 'tor');
INSERT INTO hand_over_note VALUES (1, 'granly', 'vest', 'r-1', 'sov urolig', 'kari', {T}, {T + 99}, NULL);
INSERT INTO hand_over_receipt VALUES (1, 'granly', 'kari', {T});
""",
    22: f"INSERT INTO contact_preference VALUES ('granly', 'kari', '22:00', '07:00', 900, {T});",
    23: f"""
INSERT INTO job VALUES ('retention', {T + 99}, {T}, {T + 1}, NULL, 'deleted: 3 audit');
INSERT INTO alert_month VALUES ('granly', 'vest', 'fall', 'high', '2024-10', 'helped', 4);
INSERT INTO backup VALUES ('vaka-20251124T013000Z.vaka.age', {T}, 118400000, {T + 99}, {T});
INSERT INTO erasure VALUES (1, 'granly', 'died', 'lise', {T}, 'alma', {T + 1}, NULL, '{{}}', {T + 9}, '{{"number":1}}', X'01', X'02');
INSERT INTO certificate VALUES ('broker', {T + 99}, {T});
""",
    27: f"INSERT INTO audit VALUES (2, 'granly', {T + 1}, 'kari', 'away', '{{}}', X'01', X'02', X'03');",
    28: f"""
INSERT INTO contact VALUES ('granly', 'kari', 'webpush', 'p1', {T});
INSERT INTO phone VALUES ('granly', 'p1', 'kari', 'https://push.example.org/1', X'04', X'05', 'Pixel', {T}, NULL, NULL, 0);
INSERT INTO phone VALUES ('granly', 'p2', 'kari', 'https://push.example.org/2', X'04', X'05', 'iPhone', {T}, {T + 1}, {T + 2}, 1);
""",
    29: f"""
INSERT INTO proof VALUES (1, 'granly', 'vest', {T}, 'kari', {T + 1}, {T + 2}, '', 2, {T + 9}, 'broken', 'told', 'no phone', '{{}}');
INSERT INTO gap VALUES (1, 'granly', 'vest', 'no_way', '', {T}, {T + 99}, 3, 1, 0, 'kari', NULL, NULL);
INSERT INTO relative VALUES (1, 'granly', 'Turid Åsen', 'turid@example.org', 'nb', 'kari', {T}, 1, '21:00', '08:00', 6, 12, NULL);
INSERT INTO relative_bond VALUES (1, 'granly', 1, 'r-1', 'datter', 'kari', {T}, NULL, NULL);
INSERT INTO relative_consent VALUES (1, 'granly', 1, 'r-1', 'well', '2025-11-24', '2026-05-24', 'resident', 'in_person', 'kari', {T}, NULL, NULL);
INSERT INTO relative_rest VALUES (1, 'granly', 1, 'r-1', {T}, {T + 9}, 'kari', {T + 5}, 'kari');
INSERT INTO relative_invitation VALUES (1, 'granly', 1, X'AB', 'kari', {T}, {T + 99}, {T + 3}, NULL);
INSERT INTO relative_message VALUES (1, 'granly', 1, 'r-1', 'digest', '2025-11-23', NULL, {T}, 1, 1, NULL, {T + 4}, NULL, NULL);
INSERT INTO relative_view VALUES (1, 'granly', 1, 'r-1', {T}, 'week', 'well');
INSERT INTO relative_cursor VALUES ('granly', 3);
""",
    30: f"INSERT INTO trend_review VALUES ('granly', 'r-1', 'active', '2025-11-17', 'useful', 'kari', {T});",
    31: f"""
UPDATE session SET secret_hash = X'AC', previous_hash = X'AD', rotated_at = {T}, confirmed_at = {T}, how = 'pin', ends_at = {T + 9} WHERE token_hash = X'AB';
INSERT INTO pin VALUES ('granly', 'kari', '$argon2id$v=19$m=8,t=1,p=1$abc$def', {T});
INSERT INTO shared_device VALUES (X'BA', 'granly', 'kari', {T}, {T + 9});
INSERT INTO pin_failure VALUES (X'BA', 'kari', 2, {T});
INSERT INTO totp VALUES ('granly', 'kari', X'CA', {T}, 58800000);
INSERT INTO recovery_code VALUES ('granly', 'kari', X'DA', NULL);
INSERT INTO passkey VALUES (X'EA', 'granly', 'kari', X'EB', 3, 'mobilen', {T}, NULL);
""",
    33: f"""
INSERT INTO emergency_access VALUES (1, 'granly', 'kari', 'vest', 'fall i gangen', {T}, {T + 9}, NULL, NULL);
INSERT INTO staff_notice VALUES (1, 'granly', 'kari', 'email', 'kari@example.org', 'Nødtilgang', '', {T}, 1, NULL, {T + 1}, NULL);
""",
    34: f"INSERT INTO password_link VALUES (X'FA', 'granly', 'kari', 'tor', {T}, {T + 9});",
    32: f"""
INSERT INTO floor_plan VALUES (1, 'granly', 'vest', '1. etasje', X'89504E47', 'ab', 800, 600, 2, 'tor', {T});
INSERT INTO floor_mark VALUES (1, 'room', '3B', 100, 200);
""",
}
"""What each version could hold that the one before could not."""


def files() -> dict[int, Path]:
    """The old databases that there are, by number."""
    return {int(file.stem): file for file in sorted(FOLDER.glob("*.sql"))}


def steps() -> dict[int, str]:
    return {int(file.name[:4]): file.read_text("utf-8") for file in sorted(SCHEMA.glob("*.sql"))}


def load(file: Path, database: Path) -> None:
    """Make the database that a text file tells of."""
    with closing(sqlite3.connect(database)) as connection:
        connection.executescript(file.read_text("utf-8"))


def dump(number: int) -> Iterator[str]:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.isolation_level = None
        connection.create_function("chained", 2, chained, deterministic=True)
        for step in range(1, number + 1):
            connection.executescript(steps()[step])
            connection.executescript(CONTENT.get(step, ""))
        connection.execute(f"PRAGMA user_version = {number}")
        yield from (re.sub(r"[ \t]+$", "", line, flags=re.MULTILINE) for line in connection.iterdump())
    yield f"PRAGMA user_version = {number};"


def write_missing() -> None:
    FOLDER.mkdir(exist_ok=True)
    known = files()
    for number in steps():
        if number not in known:
            (FOLDER / f"{number:04}.sql").write_text("\n".join(dump(number)) + "\n", "utf-8")


if __name__ == "__main__":
    write_missing()
