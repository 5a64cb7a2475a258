BEGIN TRANSACTION;
CREATE TABLE alert (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  site        TEXT NOT NULL,
  rule        TEXT NOT NULL,
  room        TEXT NOT NULL,
  unit        TEXT NOT NULL,
  residents   TEXT NOT NULL,          -- JSON list of pseudonyms
  severity    TEXT NOT NULL CHECK (severity IN ('low', 'medium', 'high')),
  state       TEXT NOT NULL CHECK (state IN ('open', 'accepted', 'arrived', 'closed')),
  raised_at   INTEGER NOT NULL,
  found_at    INTEGER NOT NULL,
  last_at     INTEGER NOT NULL,
  device      TEXT,
  evidence    TEXT NOT NULL,          -- JSON list
  occurrences INTEGER NOT NULL,
  prewarning  INTEGER NOT NULL,
  late        INTEGER NOT NULL,
  cleared_at  INTEGER,
  accepted_at INTEGER, accepted_by TEXT,
  arrived_at  INTEGER, arrived_by  TEXT,
  closed_at   INTEGER, closed_by   TEXT,
  outcome     TEXT CHECK (outcome IN ('helped', 'no_help_needed', 'false_alarm', 'test', 'passed')),
  due         INTEGER,
  CHECK ((state = 'closed') = (outcome IS NOT NULL))
) STRICT;
INSERT INTO "alert" VALUES(1,'granly','night-exit','3B','vest','["r-1"]','high','closed',1764000000000000,1764000000000000,1764000000000000,'3B dør','[]',2,0,0,1764000000000009,1764000000000001,'kari',1764000000000002,'kari',1764000000000003,'kari','helped',NULL);
INSERT INTO "alert" VALUES(2,'granly','door-open','4A','vest','["r-2"]','medium','open',1764000000000000,1764000000000000,1764000000000000,NULL,'[]',1,0,1,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,1764000000000600);
CREATE TABLE alert_event (
  seq    INTEGER PRIMARY KEY,
  alert  INTEGER NOT NULL REFERENCES alert (id),
  at     INTEGER NOT NULL,
  event  TEXT NOT NULL,               -- 'raised' or an event of rules/alert.py
  by     TEXT,                        -- person id; NULL: the hub
  reason TEXT NOT NULL
) STRICT;
INSERT INTO "alert_event" VALUES(1,1,1764000000000000,'raised',NULL,'døra gikk opp');
INSERT INTO "alert_event" VALUES(2,1,1764000000000003,'close','kari','helped');
INSERT INTO "alert_event" VALUES(3,2,1764000000000000,'raised',NULL,'');
CREATE TABLE audit (
  seq    INTEGER PRIMARY KEY,
  site   TEXT NOT NULL,
  at     INTEGER NOT NULL,
  by     TEXT,
  what   TEXT NOT NULL,
  detail TEXT NOT NULL
) STRICT;
INSERT INTO "audit" VALUES(1,'granly',1764000000000000,'kari','residents seen','{"page":"/","residents":["r-1"]}');
CREATE TABLE committed_batch (seq INTEGER PRIMARY KEY, entries BLOB NOT NULL) STRICT;
INSERT INTO "committed_batch" VALUES(1,X'00112233445566778899');
CREATE TABLE credential (
  site   TEXT NOT NULL,
  person TEXT NOT NULL,
  hash   TEXT NOT NULL,               -- Argon2id
  set_at INTEGER NOT NULL,
  PRIMARY KEY (site, person)
) STRICT, WITHOUT ROWID;
INSERT INTO "credential" VALUES('granly','kari','$argon2id$v=19$m=8,t=1,p=1$abc$def',1764000000000000);
CREATE TABLE device (
  no             INTEGER PRIMARY KEY,
  site           TEXT NOT NULL,
  gateway        TEXT NOT NULL,
  address        TEXT NOT NULL,       -- what the gateway calls it
  first_heard_at INTEGER NOT NULL,
  UNIQUE (site, gateway, address)
) STRICT;
INSERT INTO "device" VALUES(1,'granly','zigbee2mqtt','3B dør',1764000000000000);
INSERT INTO "device" VALUES(2,'granly','zigbee2mqtt','3B stue',1764000000000000);
CREATE TABLE device_latest (
  device        INTEGER PRIMARY KEY REFERENCES device (no),
  last_heard_at INTEGER NOT NULL,
  latest        BLOB NOT NULL
) STRICT;
INSERT INTO "device_latest" VALUES(1,1764000000000009,X'7B226F70656E223A5B747275652C313736343030303030303030303030395D7D');
CREATE TABLE finding (
  seq    INTEGER PRIMARY KEY,
  site   TEXT NOT NULL,
  rule   TEXT NOT NULL,
  room   TEXT NOT NULL,
  kind   TEXT NOT NULL CHECK (kind IN ('prewarned', 'raised', 'cleared')),
  at     INTEGER NOT NULL,
  reason TEXT NOT NULL,
  device TEXT
) STRICT;
INSERT INTO "finding" VALUES(1,'granly','night-exit','3B','raised',1764000000000000,'opened','3B dør');
CREATE TABLE health (
  site   TEXT NOT NULL,
  part   TEXT NOT NULL,
  state  TEXT NOT NULL CHECK (state IN ('ok', 'degraded', 'down')),
  since  INTEGER NOT NULL,
  seen   INTEGER NOT NULL,
  detail TEXT NOT NULL,
  PRIMARY KEY (site, part)
) STRICT, WITHOUT ROWID;
INSERT INTO "health" VALUES('granly','hub','ok',1764000000000000,1764000000000005,'');
CREATE TABLE measure (no INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
INSERT INTO "measure" VALUES(1,'open');
INSERT INTO "measure" VALUES(2,'motion');
INSERT INTO "measure" VALUES(3,'temperature');
CREATE TABLE notification (
  id         INTEGER PRIMARY KEY,
  site       TEXT NOT NULL,
  alert      INTEGER NOT NULL REFERENCES alert (id),
  channel    TEXT NOT NULL,           -- 'mqtt'
  address    TEXT NOT NULL,           -- for mqtt: the topic
  payload    TEXT NOT NULL,           -- for mqtt: '' clears the retained message
  created_at INTEGER NOT NULL,
  sent_at    INTEGER
) STRICT;
INSERT INTO "notification" VALUES(1,'granly',1,'mqtt','vaka/granly/alerts/1','',1764000000000000,1764000000000001);
INSERT INTO "notification" VALUES(2,'granly',2,'mqtt','vaka/granly/alerts/2','{"id":2}',1764000000000000,NULL);
CREATE TABLE protection (
  seq      INTEGER PRIMARY KEY,
  site     TEXT NOT NULL,
  resident TEXT NOT NULL,
  state    TEXT NOT NULL CHECK (state IN ('protected', 'degraded', 'unprotected')),
  why      TEXT NOT NULL,
  since    INTEGER NOT NULL
) STRICT;
INSERT INTO "protection" VALUES(1,'granly','r-1','unprotected','[]',1764000000000000);
INSERT INTO "protection" VALUES(2,'granly','r-1','protected','[]',1764000000000001);
CREATE TABLE quarantine (
  site              TEXT NOT NULL,
  topic             TEXT NOT NULL,
  reason            TEXT NOT NULL,
  payload           BLOB NOT NULL,    -- the newest, its first 4 KiB
  payload_size      INTEGER NOT NULL,
  count             INTEGER NOT NULL,
  first_received_at INTEGER NOT NULL,
  last_received_at  INTEGER NOT NULL,
  PRIMARY KEY (site, topic, reason)
) STRICT, WITHOUT ROWID;
INSERT INTO "quarantine" VALUES('granly','zigbee2mqtt/rar','malformed JSON',X'7B',1,3,1764000000000000,1764000000000002);
CREATE TABLE reading (
  seq         INTEGER PRIMARY KEY,
  device      INTEGER NOT NULL,
  measure     INTEGER NOT NULL,
  value       ANY NOT NULL,           -- 0/1, a number, or a word
  at          INTEGER NOT NULL,
  received_at INTEGER NOT NULL,
  flags       INTEGER NOT NULL        -- 1 late, 2 snapshot (retained), 4 own time, 8 clock wrong
) STRICT;
INSERT INTO "reading" VALUES(1,1,1,1,1764000000000000,1764000000000005,0);
INSERT INTO "reading" VALUES(2,2,2,0,1764000000000006,1764000000000007,4);
INSERT INTO "reading" VALUES(3,2,3,21.5,1764000000000008,1764000000000009,1);
CREATE TABLE rule_state (
  site  TEXT NOT NULL,
  rule  TEXT NOT NULL,
  room  TEXT NOT NULL,
  state BLOB NOT NULL,
  due   INTEGER,
  PRIMARY KEY (site, rule, room)
) STRICT, WITHOUT ROWID;
INSERT INTO "rule_state" VALUES('granly','night-exit','3B',X'7B226B696E64223A226576656E74222C227374617465223A7B7D7D',1764000000000060);
CREATE TABLE session (
  token_hash BLOB PRIMARY KEY,        -- SHA-256 of the cookie's token
  site       TEXT NOT NULL,
  person     TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  used_at    INTEGER NOT NULL,
  ended_at   INTEGER
) STRICT, WITHOUT ROWID;
INSERT INTO "session" VALUES(X'AB','granly','kari',1764000000000000,1764000000000001,NULL);
CREATE TABLE site_version (
  id          INTEGER PRIMARY KEY,
  site        TEXT NOT NULL,
  document    TEXT NOT NULL,          -- the YAML text, character for character
  imported_at INTEGER NOT NULL,
  imported_by TEXT NOT NULL
) STRICT;
INSERT INTO "site_version" VALUES(1,'granly','
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
',1764000000000000,'tor');
CREATE TABLE unheard (
  site  TEXT NOT NULL,
  part  TEXT NOT NULL,
  since INTEGER NOT NULL,
  PRIMARY KEY (site, part)
) STRICT, WITHOUT ROWID;
INSERT INTO "unheard" VALUES('granly','device:3B stue',1764000000000000);
CREATE UNIQUE INDEX one_open_alert_per_rule_and_room ON alert (site, rule, room) WHERE state <> 'closed';
CREATE INDEX alert_due ON alert (due) WHERE due IS NOT NULL AND state <> 'closed';
CREATE INDEX alert_recent ON alert (site, last_at);
CREATE INDEX alert_event_alert ON alert_event (alert);
CREATE INDEX notification_waiting ON notification (id) WHERE sent_at IS NULL;
CREATE INDEX protection_resident ON protection (site, resident, seq);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('alert',2);
COMMIT;
PRAGMA user_version = 1;
