# ruff: noqa: E501 - rows of data
"""Databases as older versions left them: the schema files up to each number, and after each the rows of a small
house that its version could hold and the one before could not.

That no schema file changes once it has landed is held by `landed_schema.sha256` (`sha256sum -c` reads it too);
`python -m tests.keeping.old_databases` adds the lines of new files to it, and never changes one.
"""

import hashlib
import sqlite3
from contextlib import closing
from functools import cache
from pathlib import Path

from hub.store.db import chained

ROOT = Path(__file__).parents[2]
SCHEMA = ROOT / "hub" / "store" / "schema"
FIRST_HISTORY = ROOT / "hub" / "history" / "schema" / "0001_first.sql"
LANDED = Path(__file__).parent / "landed_schema.sha256"
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
    32: f"""
INSERT INTO floor_plan VALUES (1, 'granly', 'vest', '1. etasje', X'89504E47', 'ab', 800, 600, 2, 'tor', {T});
INSERT INTO floor_mark VALUES (1, 'room', '3B', 100, 200);
""",
    33: f"""
INSERT INTO emergency_access VALUES (1, 'granly', 'kari', 'vest', 'fall i gangen', {T}, {T + 9}, NULL, NULL);
INSERT INTO staff_notice VALUES (1, 'granly', 'kari', 'email', 'kari@example.org', 'Nødtilgang', '', {T}, 1, NULL, {T + 1}, NULL);
""",
    34: f"INSERT INTO password_link VALUES (X'FA', 'granly', 'kari', 'tor', {T}, {T + 9});",
    35: f"""
INSERT INTO phone (site, id, person, endpoint, public_key, auth, device, added_at, made_with, refused_at, silent_at)
  VALUES ('granly', 'telefon-35', 'kari', 'https://push.example.org/35', X'04', X'05', 'Pixel', {T}, 'nøkkel', {T + 1}, {T + 2});
""",
    38: f"INSERT INTO identity VALUES ('granly', 'kari', 'https://login.example.org', 'sub-1', 'alma', {T});",
    39: f"""
INSERT INTO quality_report VALUES (1, 'granly', 'vest', '2025-10', {T}, X'25504446');
INSERT INTO relative_review VALUES (1, 'granly', 1, 'r-1', '2026-05-24', 'kari', '2026-05-17', 'lise', {T});
""",
    40: f"INSERT INTO emergency_access VALUES (2, 'granly', 'kari', 'vest', 'fall', {T}, {T + 9}, NULL, NULL, '3B');",
    41: "UPDATE shift SET calendar = 'ab12' WHERE site = 'granly';",
    42: f"""
INSERT INTO contact_trial VALUES (1, 'granly', 'kari', 'email', 'kari@example.org', 'Prøvemelding', '', 'kari', {T}, NULL, NULL, NULL, 0);
""",
    47: f"INSERT INTO room_trend_review VALUES ('granly', '4A', 'doors', '2025-11-17', 'useful', 'kari', {T});",
    51: f"UPDATE contact SET refused_at = {T} WHERE site = 'granly' AND way = 'email';",
    53: f"INSERT INTO alert_event VALUES (4, 2, {T + 1}, 'called', NULL, 'unit', NULL, NULL),"
    f" (5, 2, {T + 2}, 'reached_nobody', NULL, 'unit', NULL, 4);",
    54: f"INSERT INTO shared_time VALUES ('granly', '3B', {T}, {T + 9});",
    55: "UPDATE summons SET groups = 'assigned, unit';",
}
"""What each version could hold that the one before could not."""


def _steps() -> dict[int, str]:
    return {int(file.name[:4]): file.read_text("utf-8") for file in sorted(SCHEMA.glob("*.sql"))}


NUMBERS = sorted(_steps())
NEWEST = NUMBERS[-1]


def write(number: int, database: Path) -> None:
    """Make the database that the version of this number left."""
    database.write_bytes(_databases()[number])


def digests() -> dict[str, str]:
    """Of each schema file, by its path below the repository's root."""
    found = [file for folder in (SCHEMA, FIRST_HISTORY.parent) for file in sorted(folder.glob("*.sql"))]
    return {str(file.relative_to(ROOT)): hashlib.sha256(file.read_bytes()).hexdigest() for file in found}


def landed() -> dict[str, str]:
    """The same, as they were when they landed."""
    lines = (line.split("  ") for line in LANDED.read_text("utf-8").splitlines())
    return {path: digest for digest, path in lines}


@cache
def _databases() -> dict[int, bytes]:
    left = {}
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.create_function("chained", 2, chained, deterministic=True)
        for number, step in _steps().items():
            connection.executescript(f"{step}\n{CONTENT.get(number, '')}; PRAGMA user_version = {number}")
            left[number] = connection.serialize()
    return left


if __name__ == "__main__":
    known = landed() if LANDED.exists() else {}
    lines = [f"{digest}  {path}\n" for path, digest in {**digests(), **known}.items()]
    LANDED.write_text("".join(lines), "utf-8")
