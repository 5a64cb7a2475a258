BEGIN TRANSACTION;
CREATE TABLE absence (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  site          TEXT NOT NULL,
  resident      TEXT NOT NULL,
  reason        TEXT NOT NULL,
  registered_by TEXT NOT NULL,
  registered_at INTEGER NOT NULL,
  away_from     INTEGER NOT NULL,
  back_by       INTEGER NOT NULL,
  reminded_at   INTEGER,
  ended_at      INTEGER,
  ended_by      TEXT                  -- NULL with ended_at: by itself
) STRICT;
INSERT INTO "absence" VALUES(1,'granly','r-2','hospital','kari',1764000000000000,1764000000000000,1764000000000099,NULL,1764000000000050,'kari');
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
  due         INTEGER, others TEXT NOT NULL DEFAULT '[]', on_the_way_at INTEGER, assistance_at INTEGER,
  CHECK ((state = 'closed') = (outcome IS NOT NULL))
) STRICT;
INSERT INTO "alert" VALUES(1,'granly','night-exit','3B','vest','["r-1"]','high','closed',1764000000000000,1764000000000000,1764000000000000,'3B dør','[]',2,0,0,1764000000000009,1764000000000001,'kari',1764000000000002,'kari',1764000000000003,'kari','helped',NULL,'[{"device":"3B stue"}]',1764000000000001,1764000000000002);
INSERT INTO "alert" VALUES(2,'granly','door-open','4A','vest','["r-2"]','medium','open',1764000000000000,1764000000000000,1764000000000000,NULL,'[]',1,0,1,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,1764000000000600,'[]',NULL,NULL);
CREATE TABLE alert_escalation (
  alert INTEGER PRIMARY KEY REFERENCES alert (id),
  state BLOB NOT NULL,                -- rules/escalation.py: Escalation, as JSON
  due   INTEGER                       -- NULL while somebody has the alert
) STRICT;
INSERT INTO "alert_escalation" VALUES(2,X'7B7D',1764000000000060);
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
CREATE TABLE alert_month (
  site     TEXT NOT NULL,
  unit     TEXT NOT NULL,
  rule     TEXT NOT NULL,
  severity TEXT NOT NULL,
  month    TEXT NOT NULL,             -- local, 2026-11
  outcome  TEXT NOT NULL,
  alerts   INTEGER NOT NULL,
  PRIMARY KEY (site, unit, rule, severity, month, outcome)
) STRICT, WITHOUT ROWID;
INSERT INTO "alert_month" VALUES('granly','vest','fall','high','2024-10','helped',4);
CREATE TABLE alert_sensors (
  alert   INTEGER PRIMARY KEY REFERENCES alert (id),
  at      INTEGER NOT NULL,
  sensors TEXT NOT NULL
) STRICT;
INSERT INTO "alert_sensors" VALUES(2,1764000000000000,'[]');
CREATE TABLE announcement (
  site        TEXT NOT NULL,
  topic       TEXT NOT NULL,
  payload     BLOB NOT NULL,
  received_at INTEGER NOT NULL,
  PRIMARY KEY (site, topic)
) STRICT, WITHOUT ROWID;
INSERT INTO "announcement" VALUES('granly','zigbee2mqtt/bridge/devices',X'5B5D',1764000000000000);
CREATE TABLE aside (
  site   TEXT NOT NULL,
  device TEXT NOT NULL,               -- the site's name for it
  since  INTEGER NOT NULL,
  PRIMARY KEY (site, device)
) STRICT, WITHOUT ROWID;
INSERT INTO "aside" VALUES('granly','3B stue',1764000000000000);
CREATE TABLE audit (
  seq    INTEGER PRIMARY KEY,
  site   TEXT NOT NULL,
  at     INTEGER NOT NULL,
  by     TEXT,
  what   TEXT NOT NULL,
  detail TEXT NOT NULL
, salt BLOB, digest BLOB, chain BLOB) STRICT;
INSERT INTO "audit" VALUES(1,'granly',1764000000000000,'kari','residents seen','{"page":"/","residents":["r-1"]}',NULL,NULL,NULL);
INSERT INTO "audit" VALUES(2,'granly',1764000000000001,'kari','away','{}',X'01',X'02',X'03');
CREATE TABLE backup (
  file        TEXT PRIMARY KEY,
  made_at     INTEGER NOT NULL,
  bytes       INTEGER NOT NULL,
  kept_until  INTEGER NOT NULL,
  verified_at INTEGER NOT NULL        -- read back, decrypted and looked through
) STRICT, WITHOUT ROWID;
INSERT INTO "backup" VALUES('vaka-20251124T013000Z.vaka.age',1764000000000000,118400000,1764000000000099,1764000000000000);
CREATE TABLE battery_day (
  device INTEGER NOT NULL REFERENCES device (no),
  day    INTEGER NOT NULL,            -- since 1970, UTC
  level  REAL NOT NULL,               -- %
  PRIMARY KEY (device, day)
) STRICT, WITHOUT ROWID;
INSERT INTO "battery_day" VALUES(1,20416,87.5);
CREATE TABLE certificate (
  name       TEXT PRIMARY KEY,        -- 'broker', 'pages'
  expires_at INTEGER NOT NULL,
  seen_at    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO "certificate" VALUES('broker',1764000000000099,1764000000000000);
CREATE TABLE codec (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  site        TEXT NOT NULL,
  name        TEXT NOT NULL,          -- a part of brand and model as the network server writes them, or a device's address
  source      TEXT NOT NULL,          -- JavaScript; '' takes it back
  uploaded_by TEXT NOT NULL,
  uploaded_at INTEGER NOT NULL
) STRICT;
INSERT INTO "codec" VALUES(1,'granly','elsys','function decodeUplink(i) {}','tor',1764000000000000);
CREATE TABLE committed_batch (seq INTEGER PRIMARY KEY, entries BLOB NOT NULL) STRICT;
INSERT INTO "committed_batch" VALUES(1,X'00112233445566778899');
CREATE TABLE contact (
  site     TEXT NOT NULL,
  person   TEXT NOT NULL,
  way      TEXT NOT NULL,             -- hub/ways: 'email', 'webhook'
  address  TEXT NOT NULL,
  added_at INTEGER NOT NULL,
  PRIMARY KEY (site, person, way, address)
) STRICT, WITHOUT ROWID;
INSERT INTO "contact" VALUES('granly','kari','email','kari@example.org',1764000000000000);
INSERT INTO "contact" VALUES('granly','kari','webpush','p1',1764000000000000);
CREATE TABLE contact_preference (
  site        TEXT NOT NULL,
  person      TEXT NOT NULL,
  quiet_from  TEXT,                   -- local time, '22:00'; NULL: no quiet hours
  quiet_until TEXT,
  gather_s    INTEGER NOT NULL,       -- seconds for which low messages wait for each other
  set_at      INTEGER NOT NULL,
  PRIMARY KEY (site, person),
  CHECK ((quiet_from IS NULL) = (quiet_until IS NULL))
) STRICT, WITHOUT ROWID;
INSERT INTO "contact_preference" VALUES('granly','kari','22:00','07:00',900,1764000000000000);
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
CREATE TABLE device_figures (
  device  INTEGER PRIMARY KEY REFERENCES device (no),
  figures BLOB NOT NULL               -- JSON
) STRICT;
INSERT INTO "device_figures" VALUES(1,X'7B7D');
CREATE TABLE device_latest (
  device        INTEGER PRIMARY KEY REFERENCES device (no),
  last_heard_at INTEGER NOT NULL,
  latest        BLOB NOT NULL
) STRICT;
INSERT INTO "device_latest" VALUES(1,1764000000000009,X'7B226F70656E223A5B747275652C313736343030303030303030303030395D7D');
CREATE TABLE device_placed (
  site      TEXT NOT NULL,
  device    TEXT NOT NULL,
  address   TEXT NOT NULL,            -- gateway/address
  placed_at INTEGER NOT NULL,
  PRIMARY KEY (site, device)
) STRICT, WITHOUT ROWID;
INSERT INTO "device_placed" VALUES('granly','3B dør','zigbee2mqtt/3B dør',1764000000000000);
CREATE TABLE emergency_access (
  id       INTEGER PRIMARY KEY,
  site     TEXT NOT NULL,
  person   TEXT NOT NULL,
  unit     TEXT NOT NULL,
  reason   TEXT NOT NULL,
  began_at INTEGER NOT NULL,
  ends_at  INTEGER NOT NULL,
  seen_by  TEXT,                      -- who looked at it afterwards
  seen_at  INTEGER
) STRICT;
INSERT INTO "emergency_access" VALUES(1,'granly','kari','vest','fall i gangen',1764000000000000,1764000000000009,NULL,NULL);
CREATE TABLE erasure (
  number       INTEGER PRIMARY KEY AUTOINCREMENT,
  site         TEXT NOT NULL,
  why          TEXT NOT NULL CHECK (why IN ('moved_out', 'died', 'asked')),
  asked_by     TEXT NOT NULL,
  asked_at     INTEGER NOT NULL,
  confirmed_by TEXT,
  confirmed_at INTEGER,
  plan         TEXT,                  -- JSON: hub/erasing/plan.py; NULL once nothing is left
  done         TEXT NOT NULL,         -- JSON: what was deleted where, step by step
  ended_at     INTEGER,               -- finished, or taken back
  document     TEXT,                  -- the receipt, JSON
  key          BLOB,                  -- the public key, Ed25519
  signature    BLOB
) STRICT;
INSERT INTO "erasure" VALUES(1,'granly','died','lise',1764000000000000,'alma',1764000000000001,NULL,'{}',1764000000000009,'{"number":1}',X'01',X'02');
CREATE TABLE fault (
  id       INTEGER PRIMARY KEY,
  site     TEXT NOT NULL,
  kind     TEXT NOT NULL,
  device   TEXT NOT NULL,
  since    INTEGER NOT NULL,
  found_at INTEGER NOT NULL,
  reason   TEXT NOT NULL,
  figures  TEXT NOT NULL,             -- JSON object
  told_at  INTEGER,
  ended_at INTEGER
) STRICT;
INSERT INTO "fault" VALUES(1,'granly','silent','3B stue',1764000000000000,1764000000000001,'not heard','{}',1764000000000002,NULL);
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
CREATE TABLE floor_mark (
  plan INTEGER NOT NULL REFERENCES floor_plan (id) ON DELETE CASCADE,
  kind TEXT NOT NULL CHECK (kind IN ('room', 'device')),
  of   TEXT NOT NULL,
  x    INTEGER NOT NULL CHECK (x BETWEEN 0 AND 10000),  -- ten-thousandths of the width
  y    INTEGER NOT NULL CHECK (y BETWEEN 0 AND 10000),
  PRIMARY KEY (plan, kind, of)
) STRICT, WITHOUT ROWID;
CREATE TABLE floor_plan (
  id      INTEGER PRIMARY KEY AUTOINCREMENT,  -- never used again: addresses of pictures name it
  site    TEXT NOT NULL,
  unit    TEXT NOT NULL,
  name    TEXT NOT NULL,
  picture BLOB NOT NULL,
  digest  TEXT NOT NULL,                      -- of the picture, SHA-256
  width   INTEGER NOT NULL,
  height  INTEGER NOT NULL,
  version INTEGER NOT NULL,                   -- one more with each change of the marks
  put_by  TEXT NOT NULL,
  put_at  INTEGER NOT NULL,
  UNIQUE (site, unit, name)
) STRICT;
CREATE TABLE gap (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  site       TEXT NOT NULL,
  unit       TEXT NOT NULL,
  reason     TEXT NOT NULL,           -- rules/reach.py
  subject    TEXT NOT NULL,           -- what it is about: a rule and room, a person, or '' for the whole unit
  found_at   INTEGER NOT NULL,
  next_at    INTEGER NOT NULL,        -- the first hour to come that it concerns
  hours      INTEGER NOT NULL,        -- of the week to come
  residents  INTEGER NOT NULL,        -- how many it concerns
  warning    INTEGER NOT NULL,        -- 1: somebody is told, and should not be the only one
  owner      TEXT,                    -- who sees to it
  due        INTEGER,                 -- by when
  gone_at    INTEGER                  -- the computation no longer finds it
) STRICT;
INSERT INTO "gap" VALUES(1,'granly','vest','no_way','',1764000000000000,1764000000000099,3,1,0,'kari',NULL,NULL);
CREATE TABLE gateway_back (
  site    TEXT NOT NULL,
  gateway TEXT NOT NULL,
  at      INTEGER NOT NULL,
  PRIMARY KEY (site, gateway)
) STRICT, WITHOUT ROWID;
INSERT INTO "gateway_back" VALUES('granly','zigbee2mqtt',1764000000000000);
CREATE TABLE gateway_joining (
  seq       INTEGER PRIMARY KEY,
  site      TEXT NOT NULL,
  gateway   TEXT NOT NULL,
  at        INTEGER NOT NULL,
  news      TEXT NOT NULL,
  address   TEXT NOT NULL,            -- the device's own, for ever
  name      TEXT NOT NULL,            -- what the gateway calls it
  model     TEXT NOT NULL,
  supported INTEGER                   -- NULL: the gateway did not say
) STRICT;
INSERT INTO "gateway_joining" VALUES(1,'granly','zigbee2mqtt',1764000000000000,'joined','0x1','3B dør','SNZB-04',1);
CREATE TABLE gateway_name (
  site    TEXT NOT NULL,
  gateway TEXT NOT NULL,
  address TEXT NOT NULL,              -- the device's own, for ever
  name    TEXT NOT NULL,
  since   INTEGER NOT NULL,
  PRIMARY KEY (site, gateway, address, name)
) STRICT, WITHOUT ROWID;
INSERT INTO "gateway_name" VALUES('granly','zigbee2mqtt','0x1','3B dør',1764000000000000);
CREATE TABLE gateway_pairing (
  site       TEXT NOT NULL,
  gateway    TEXT NOT NULL,
  open       INTEGER NOT NULL,
  open_until INTEGER,
  said_at    INTEGER NOT NULL,
  PRIMARY KEY (site, gateway)
) STRICT, WITHOUT ROWID;
INSERT INTO "gateway_pairing" VALUES('granly','zigbee2mqtt',0,NULL,1764000000000000);
CREATE TABLE gateway_request (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  site        TEXT NOT NULL,
  gateway     TEXT NOT NULL,
  kind        TEXT NOT NULL,          -- of gateway, when it was asked
  ask         TEXT NOT NULL,          -- JSON of devices/asking.py
  transaction_id TEXT NOT NULL UNIQUE, -- what its answer is known by
  state       TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'silent', 'done', 'refused', 'dropped')),
  said        TEXT NOT NULL,          -- the gateway's own words, or why it was dropped
  asked_by    TEXT NOT NULL,
  asked_at    INTEGER NOT NULL,
  good_until  INTEGER NOT NULL,       -- what was not sent by then never will be
  sent_at     INTEGER,
  answered_at INTEGER,
  followed    INTEGER NOT NULL DEFAULT 0 -- a rename: the site file has the new name
) STRICT;
INSERT INTO "gateway_request" VALUES(1,'granly','zigbee2mqtt','zigbee2mqtt','{}','vaka-1','done','ok','tor',1764000000000000,1764000000000009,1764000000000001,1764000000000002,0);
CREATE TABLE goal_day (
  site        TEXT NOT NULL,
  rule        TEXT NOT NULL,
  room        TEXT NOT NULL,
  day         TEXT NOT NULL,          -- local date; it ends in the small hours of the next
  since       INTEGER NOT NULL,
  occasions   INTEGER NOT NULL,
  reminders   INTEGER NOT NULL,
  missed      INTEGER NOT NULL,
  reminded_at INTEGER,
  blind_from  INTEGER,
  blind       INTEGER NOT NULL,
  outcome     TEXT CHECK (outcome IN ('reached', 'reminded', 'missed', 'none', 'unknown')),
  PRIMARY KEY (site, rule, room, day)
) STRICT, WITHOUT ROWID;
INSERT INTO "goal_day" VALUES('granly','goal-stove-off','4A','2025-11-24',1764000000000000,2,1,0,NULL,NULL,0,'reminded');
CREATE TABLE hand_over_note (
  id         INTEGER PRIMARY KEY,
  site       TEXT NOT NULL,
  unit       TEXT NOT NULL,           -- '': the whole house
  resident   TEXT,                    -- a pseudonym; NULL: about the unit
  words      TEXT NOT NULL,
  written_by TEXT NOT NULL,
  written_at INTEGER NOT NULL,
  ends_at    INTEGER NOT NULL,
  ended_by   TEXT                     -- NULL: by itself
) STRICT;
INSERT INTO "hand_over_note" VALUES(1,'granly','vest','r-1','sov urolig','kari',1764000000000000,1764000000000099,NULL);
CREATE TABLE hand_over_receipt (
  id      INTEGER PRIMARY KEY,
  site    TEXT NOT NULL,
  person  TEXT NOT NULL,
  read_at INTEGER NOT NULL
) STRICT;
INSERT INTO "hand_over_receipt" VALUES(1,'granly','kari',1764000000000000);
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
CREATE TABLE history_cursor (
  destination TEXT PRIMARY KEY,       -- address, organisation and bucket: another one starts from the beginning
  seq         INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO "history_cursor" VALUES('http://influxdb:8086/vaka/vaka',2);
CREATE TABLE ignored_device (
  site       TEXT NOT NULL,
  gateway    TEXT NOT NULL,
  address    TEXT NOT NULL,
  reason     TEXT NOT NULL,
  ignored_at INTEGER NOT NULL,
  ignored_by TEXT NOT NULL,
  PRIMARY KEY (site, gateway, address)
) STRICT, WITHOUT ROWID;
INSERT INTO "ignored_device" VALUES('granly','zigbee2mqtt','naboens','naboens',1764000000000000,'tor');
CREATE TABLE job (
  name       TEXT PRIMARY KEY,
  due        INTEGER NOT NULL,
  started_at INTEGER,
  done_at    INTEGER,                 -- the last run that succeeded
  failed_at  INTEGER,                 -- NULL: the last run succeeded
  said       TEXT NOT NULL            -- what it did, or why it failed
) STRICT, WITHOUT ROWID;
INSERT INTO "job" VALUES('retention',1764000000000099,1764000000000000,1764000000000001,NULL,'deleted: 3 audit');
CREATE TABLE measure (no INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
INSERT INTO "measure" VALUES(1,'open');
INSERT INTO "measure" VALUES(2,'motion');
INSERT INTO "measure" VALUES(3,'temperature');
CREATE TABLE notification (
  id         INTEGER PRIMARY KEY,
  site       TEXT NOT NULL,
  alert      INTEGER REFERENCES alert (id), -- NULL: of no alert
  channel    TEXT NOT NULL,           -- 'mqtt'
  address    TEXT NOT NULL,           -- for mqtt: the topic
  payload    TEXT NOT NULL,           -- for mqtt: '' clears the retained message
  created_at INTEGER NOT NULL,
  sent_at    INTEGER
) STRICT;
INSERT INTO "notification" VALUES(1,'granly',1,'mqtt','vaka/granly/alerts/1','',1764000000000000,1764000000000001);
INSERT INTO "notification" VALUES(2,'granly',2,'mqtt','vaka/granly/alerts/2','{"id":2}',1764000000000000,NULL);
INSERT INTO "notification" VALUES(3,'granly',NULL,'mqtt','vaka/granly/goals/4A','{}',1764000000000000,1764000000000001);
CREATE TABLE passkey (
  id         BLOB PRIMARY KEY,        -- the credential's own id
  site       TEXT NOT NULL,
  person     TEXT NOT NULL,
  public_key BLOB NOT NULL,
  uses       INTEGER NOT NULL,        -- the authenticator's counter
  name       TEXT NOT NULL,
  added_at   INTEGER NOT NULL,
  used_at    INTEGER
) STRICT, WITHOUT ROWID;
INSERT INTO "passkey" VALUES(X'EA','granly','kari',X'EB',3,'mobilen',1764000000000000,NULL);
CREATE TABLE pause (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  site         TEXT NOT NULL,
  rule         TEXT NOT NULL,
  room         TEXT NOT NULL,
  owner        TEXT NOT NULL,
  reason       TEXT NOT NULL,
  paused_at    INTEGER NOT NULL,
  until        INTEGER NOT NULL,      -- what was asked for
  ends_at      INTEGER NOT NULL,      -- earlier, where a second person's yes is needed and not given
  confirmed_by TEXT,
  reminded_at  INTEGER,
  ended_at     INTEGER,
  ended_by     TEXT                   -- NULL with ended_at: by itself
, device TEXT) STRICT;
INSERT INTO "pause" VALUES(1,'granly','door-open','4A','kari','maler døra',1764000000000000,1764000000000099,1764000000000099,NULL,NULL,1764000000000050,'kari',NULL);
INSERT INTO "pause" VALUES(2,'granly','','3B','tor','nytt batteri',1764000000000000,1764000000000009,1764000000000009,NULL,NULL,NULL,NULL,'3B stue');
CREATE TABLE phone (
  site         TEXT NOT NULL,
  id           TEXT NOT NULL,         -- follows from the endpoint (hub/phones.py)
  person       TEXT NOT NULL,
  endpoint     TEXT NOT NULL,         -- where its push service takes messages for it
  public_key   BLOB NOT NULL,         -- p256dh: a point of P-256, uncompressed
  auth         BLOB NOT NULL,
  device       TEXT NOT NULL,         -- what it is, for the person to tell it by
  added_at     INTEGER NOT NULL,
  tested_at    INTEGER,
  delivered_at INTEGER, lost INTEGER NOT NULL DEFAULT 0,               -- when it last said that a message had arrived
  PRIMARY KEY (site, id)
) STRICT, WITHOUT ROWID;
INSERT INTO "phone" VALUES('granly','p1','kari','https://push.example.org/1',X'04',X'05','Pixel',1764000000000000,NULL,NULL,0);
INSERT INTO "phone" VALUES('granly','p2','kari','https://push.example.org/2',X'04',X'05','iPhone',1764000000000000,1764000000000001,1764000000000002,1);
CREATE TABLE pin (
  site   TEXT NOT NULL,
  person TEXT NOT NULL,
  hash   TEXT NOT NULL,               -- Argon2id
  set_at INTEGER NOT NULL,
  PRIMARY KEY (site, person)
) STRICT, WITHOUT ROWID;
INSERT INTO "pin" VALUES('granly','kari','$argon2id$v=19$m=8,t=1,p=1$abc$def',1764000000000000);
CREATE TABLE pin_failure (
  device   BLOB NOT NULL REFERENCES shared_device (token_hash) ON DELETE CASCADE,
  person   TEXT NOT NULL,
  failures INTEGER NOT NULL,
  last_at  INTEGER NOT NULL,
  PRIMARY KEY (device, person)
) STRICT, WITHOUT ROWID;
INSERT INTO "pin_failure" VALUES(X'BA','kari',2,1764000000000000);
CREATE TABLE placement (
  seq         INTEGER PRIMARY KEY,
  site        TEXT NOT NULL,
  device      TEXT NOT NULL,          -- the site's id for it
  room        TEXT NOT NULL,
  role        TEXT NOT NULL,
  gateway     TEXT NOT NULL,
  address     TEXT NOT NULL,
  also_native INTEGER NOT NULL,       -- whether it is known by that address on the native way in too
  since       INTEGER NOT NULL,       -- 0: from the first it ever said
  until       INTEGER                 -- NULL: it is there now
) STRICT;
INSERT INTO "placement" VALUES(1,'granly','3B dør','3B','outer_door','zigbee2mqtt','3B dør',1,0,NULL);
CREATE TABLE proof (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  site         TEXT NOT NULL,
  unit         TEXT NOT NULL,
  asked_at     INTEGER NOT NULL,
  asked_by     TEXT,                  -- NULL: it was planned
  begun_at     INTEGER,               -- the hub took it up
  published_at INTEGER,               -- the broker took the virtual device's message
  refused      TEXT NOT NULL,         -- why it did not
  alert        INTEGER,               -- kept longer than the alert itself
  ended_at     INTEGER,
  result       TEXT CHECK (result IN ('held', 'in_part', 'broken')),
  leg          TEXT,                  -- where the chain broke
  reason       TEXT,
  record       TEXT NOT NULL,         -- JSON: each leg with its time, each message (rules/proof.py)
  CHECK ((ended_at IS NULL) = (result IS NULL))
) STRICT;
INSERT INTO "proof" VALUES(1,'granly','vest',1764000000000000,'kari',1764000000000001,1764000000000002,'',2,1764000000000009,'broken','told','no phone','{}');
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
INSERT INTO "quarantine" VALUES('granly','zigbee2mqtt/to','wrong type',X'7B7D',2,1,1764000000000000,1764000000000000);
CREATE TABLE quarantine_size (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  rows INTEGER NOT NULL
) STRICT;
INSERT INTO "quarantine_size" VALUES(1,2);
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
CREATE TABLE record (
  number    INTEGER PRIMARY KEY AUTOINCREMENT,
  site      TEXT NOT NULL,
  test      INTEGER NOT NULL UNIQUE REFERENCES walk_test (id),
  device    TEXT NOT NULL,
  document  TEXT NOT NULL,            -- JSON: rules/record.py
  key       BLOB NOT NULL,            -- the public key, Ed25519
  signature BLOB NOT NULL
) STRICT;
INSERT INTO "record" VALUES(1,'granly',1,'3B dør','{"number":1}',X'01',X'02');
CREATE TABLE recovery_code (
  site      TEXT NOT NULL,
  person    TEXT NOT NULL,
  code_hash BLOB NOT NULL,            -- SHA-256: 80 random bits need no slower one
  used_at   INTEGER,
  PRIMARY KEY (site, person, code_hash)
) STRICT, WITHOUT ROWID;
INSERT INTO "recovery_code" VALUES('granly','kari',X'DA',NULL);
CREATE TABLE relative (
  id             INTEGER PRIMARY KEY AUTOINCREMENT,  -- never used again: sign-ins and trails name it
  site           TEXT NOT NULL,
  name           TEXT NOT NULL,
  email          TEXT NOT NULL,           -- in small letters: they sign in with it
  language       TEXT NOT NULL CHECK (language IN ('nb', 'en')),
  added_by       TEXT NOT NULL,
  added_at       INTEGER NOT NULL,
  by_email       INTEGER NOT NULL,
  quiet_from     TEXT NOT NULL,           -- '21:00', in the site's zone
  quiet_until    TEXT NOT NULL,
  digest_weekday INTEGER NOT NULL CHECK (digest_weekday BETWEEN 0 AND 6),
  digest_hour    INTEGER NOT NULL CHECK (digest_hour BETWEEN 0 AND 23),
  left_at        INTEGER,
  UNIQUE (site, email)
) STRICT;
INSERT INTO "relative" VALUES(1,'granly','Turid Åsen','turid@example.org','nb','kari',1764000000000000,1,'21:00','08:00',6,12,NULL);
CREATE TABLE relative_bond (
  id       INTEGER PRIMARY KEY,
  site     TEXT NOT NULL,
  relative INTEGER NOT NULL REFERENCES relative (id) ON DELETE CASCADE,
  resident TEXT NOT NULL,
  relation TEXT NOT NULL,
  added_by TEXT NOT NULL,
  added_at INTEGER NOT NULL,
  ended_at INTEGER,
  ended_by TEXT
) STRICT;
INSERT INTO "relative_bond" VALUES(1,'granly',1,'r-1','datter','kari',1764000000000000,NULL,NULL);
CREATE TABLE relative_consent (
  id           INTEGER PRIMARY KEY,
  site         TEXT NOT NULL,
  relative     INTEGER NOT NULL REFERENCES relative (id) ON DELETE CASCADE,
  resident     TEXT NOT NULL,
  category     TEXT NOT NULL,
  valid_from   TEXT NOT NULL,
  valid_until  TEXT NOT NULL,
  given_by     TEXT NOT NULL CHECK (given_by IN ('resident', 'representative')),
  how          TEXT NOT NULL CHECK (how IN ('in_person', 'in_writing', 'by_phone')),
  recorded_by  TEXT NOT NULL,
  recorded_at  INTEGER NOT NULL,
  withdrawn_at INTEGER,
  withdrawn_by TEXT,
  CHECK (valid_from <= valid_until)
) STRICT;
INSERT INTO "relative_consent" VALUES(1,'granly',1,'r-1','well','2025-11-24','2026-05-24','resident','in_person','kari',1764000000000000,NULL,NULL);
CREATE TABLE relative_cursor (site TEXT PRIMARY KEY, seq INTEGER NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO "relative_cursor" VALUES('granly',3);
CREATE TABLE relative_invitation (
  id         INTEGER PRIMARY KEY,
  site       TEXT NOT NULL,
  relative   INTEGER NOT NULL REFERENCES relative (id) ON DELETE CASCADE,
  token_hash BLOB NOT NULL UNIQUE,
  created_by TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  used_at    INTEGER,
  revoked_at INTEGER
) STRICT;
INSERT INTO "relative_invitation" VALUES(1,'granly',1,X'AB','kari',1764000000000000,1764000000000099,1764000000000003,NULL);
CREATE TABLE relative_message (
  id         INTEGER PRIMARY KEY,
  site       TEXT NOT NULL,
  relative   INTEGER NOT NULL REFERENCES relative (id) ON DELETE CASCADE,
  resident   TEXT NOT NULL,               -- '' for an invitation
  kind       TEXT NOT NULL,
  about      TEXT NOT NULL,               -- an alert's number, a day, an invitation's number
  secret     TEXT,                        -- an invitation's link, wiped when it has left
  created_at INTEGER NOT NULL,
  letter     INTEGER,                     -- those that left together: the first one's number
  attempts   INTEGER NOT NULL DEFAULT 0,
  next_at    INTEGER,                     -- NULL: nothing more is tried
  sent_at    INTEGER,
  dropped    TEXT,                        -- why it was not told after all
  failure    TEXT,
  UNIQUE (relative, resident, kind, about)
) STRICT;
INSERT INTO "relative_message" VALUES(1,'granly',1,'r-1','digest','2025-11-23',NULL,1764000000000000,1,1,NULL,1764000000000004,NULL,NULL);
CREATE TABLE relative_rest (
  id       INTEGER PRIMARY KEY,
  site     TEXT NOT NULL,
  relative INTEGER NOT NULL REFERENCES relative (id) ON DELETE CASCADE,
  resident TEXT NOT NULL,
  since    INTEGER NOT NULL,
  until    INTEGER,                       -- NULL: until somebody ends it
  asked_by TEXT NOT NULL,
  ended_at INTEGER,
  ended_by TEXT
) STRICT;
INSERT INTO "relative_rest" VALUES(1,'granly',1,'r-1',1764000000000000,1764000000000009,'kari',1764000000000005,'kari');
CREATE TABLE relative_view (
  id       INTEGER PRIMARY KEY,
  site     TEXT NOT NULL,
  relative INTEGER NOT NULL REFERENCES relative (id) ON DELETE CASCADE,
  resident TEXT NOT NULL,
  at       INTEGER NOT NULL,
  page     TEXT NOT NULL,
  shown    TEXT NOT NULL                  -- the categories, with commas
) STRICT;
INSERT INTO "relative_view" VALUES(1,'granly',1,'r-1',1764000000000000,'week','well');
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
, secret_hash BLOB, previous_hash BLOB, rotated_at INTEGER, confirmed_at INTEGER, how TEXT NOT NULL DEFAULT 'password', kind TEXT NOT NULL DEFAULT 'computer', idle_us INTEGER NOT NULL DEFAULT 43200000000, ends_at INTEGER, device TEXT) STRICT, WITHOUT ROWID;
INSERT INTO "session" VALUES(X'AB','granly','kari',1764000000000000,1764000000000001,NULL,X'AC',X'AD',1764000000000000,1764000000000000,'pin','computer',43200000000,1764000000000009,NULL);
CREATE TABLE shared_device (
  token_hash BLOB PRIMARY KEY,        -- SHA-256 of its cookie
  site       TEXT NOT NULL,
  opened_by  TEXT NOT NULL,
  opened_at  INTEGER NOT NULL,
  open_until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO "shared_device" VALUES(X'BA','granly','kari',1764000000000000,1764000000000009);
CREATE TABLE shift (
  id         INTEGER PRIMARY KEY,
  site       TEXT NOT NULL,
  person     TEXT NOT NULL,
  units      TEXT NOT NULL,           -- JSON list; empty: the whole house
  function   TEXT NOT NULL CHECK (function IN ('carer', 'night_patrol', 'leader')),
  starts_at  INTEGER NOT NULL,
  ends_at    INTEGER NOT NULL,
  residents  TEXT NOT NULL,           -- JSON list of pseudonyms: whom they look after themselves
  source     TEXT NOT NULL CHECK (source IN ('roster', 'signed_in')), key TEXT NOT NULL DEFAULT '',
  CHECK (starts_at < ends_at)
) STRICT;
INSERT INTO "shift" VALUES(1,'granly','kari','["vest"]','carer',1764000000000000,1764000000000099,'["r-1"]','roster','');
CREATE TABLE silence (
  seq   INTEGER PRIMARY KEY,
  site  TEXT NOT NULL,
  part  TEXT NOT NULL,                -- 'broker', 'gateway:<id>', 'device:<id>'
  since INTEGER NOT NULL,
  until INTEGER NOT NULL
) STRICT;
INSERT INTO "silence" VALUES(1,'granly','broker',1764000000000000,1764000000000009);
CREATE TABLE site_change (
  site    TEXT NOT NULL,
  section TEXT NOT NULL,              -- 'devices', 'rules' …
  part    TEXT NOT NULL,              -- its id
  version INTEGER NOT NULL REFERENCES site_version (id),
  before  TEXT,                       -- as the document said it, as JSON; NULL: it was not there
  after   TEXT,
  PRIMARY KEY (site, section, part, version)
) STRICT, WITHOUT ROWID;
INSERT INTO "site_change" VALUES('granly','devices','3B dør',1,NULL,'{"id":"3B dør"}');
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
CREATE TABLE staff_absence (
  id        INTEGER PRIMARY KEY,
  site      TEXT NOT NULL,
  person    TEXT NOT NULL,
  starts_at INTEGER NOT NULL,
  ends_at   INTEGER NOT NULL,
  said_by   TEXT NOT NULL,
  CHECK (starts_at < ends_at)
) STRICT;
INSERT INTO "staff_absence" VALUES(1,'granly','kari',1764000000000000,1764000000000099,'tor');
CREATE TABLE staff_notice (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  site       TEXT NOT NULL,
  person     TEXT NOT NULL,
  way        TEXT NOT NULL,
  address    TEXT NOT NULL,
  subject    TEXT NOT NULL,
  body       TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  attempts   INTEGER NOT NULL DEFAULT 0,
  next_at    INTEGER,                 -- NULL: nothing more is tried
  sent_at    INTEGER,
  failure    TEXT
) STRICT;
INSERT INTO "staff_notice" VALUES(1,'granly','kari','email','kari@example.org','Nødtilgang','',1764000000000000,1,NULL,1764000000000001,NULL);
CREATE TABLE "summons" (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  site         TEXT NOT NULL,
  alert        INTEGER NOT NULL REFERENCES alert (id),
  event        INTEGER NOT NULL REFERENCES alert_event (seq),
  person       TEXT NOT NULL,
  way          TEXT NOT NULL,
  address      TEXT NOT NULL,
  urgent       INTEGER NOT NULL,      -- 1: high
  subject      TEXT NOT NULL,
  body         TEXT NOT NULL,
  created_at   INTEGER NOT NULL,
  attempts     INTEGER NOT NULL DEFAULT 0,
  next_at      INTEGER,               -- NULL: nothing more is tried
  sent_at      INTEGER,
  failure      TEXT,                  -- why the last attempt failed, or why nothing more is tried
  delivered_at INTEGER,               -- where the way tells
  seen_at      INTEGER,               -- they opened the alert, or a board with it
  accepted_at  INTEGER,               -- they took the alert
  held         TEXT,                  -- why it did not go out at once (rules/summons.py); NULL: it did
  bundle       INTEGER,               -- the summons under whose id these go out as one message
  UNIQUE (event, person, way, address),
  CHECK (sent_at IS NULL OR next_at IS NULL)  -- never both sent and waiting
) STRICT;
INSERT INTO "summons" VALUES(1,'granly',2,3,'kari','email','kari@example.org',1,'Varsel i 4A','https://vaka',1764000000000000,1,NULL,1764000000000001,NULL,NULL,NULL,NULL,NULL,NULL);
CREATE TABLE summons_cursor (site TEXT PRIMARY KEY, seq INTEGER NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO "summons_cursor" VALUES('granly',3);
CREATE TABLE totp (
  site      TEXT NOT NULL,
  person    TEXT NOT NULL,
  secret    BLOB NOT NULL,            -- encrypted with the key in sign-in.key
  set_at    INTEGER NOT NULL,
  last_step INTEGER NOT NULL,         -- of the code that was used last: none counts twice
  PRIMARY KEY (site, person)
) STRICT, WITHOUT ROWID;
INSERT INTO "totp" VALUES('granly','kari',X'CA',1764000000000000,58800000);
CREATE TABLE trend_review (
  site     TEXT NOT NULL,
  resident TEXT NOT NULL,             -- the pseudonym
  trend    TEXT NOT NULL,
  week     TEXT NOT NULL,             -- its Monday, local
  opinion  TEXT NOT NULL CHECK (opinion IN ('useful', 'not_useful')),
  by       TEXT NOT NULL,
  at       INTEGER NOT NULL,
  PRIMARY KEY (site, resident, trend, week)
) STRICT, WITHOUT ROWID;
INSERT INTO "trend_review" VALUES('granly','r-1','active','2025-11-17','useful','kari',1764000000000000);
CREATE TABLE unheard (
  site  TEXT NOT NULL,
  part  TEXT NOT NULL,
  since INTEGER NOT NULL,
  PRIMARY KEY (site, part)
) STRICT, WITHOUT ROWID;
INSERT INTO "unheard" VALUES('granly','device:3B stue',1764000000000000);
CREATE TABLE walk_test (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  site       TEXT NOT NULL,
  device     TEXT NOT NULL,
  person     TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  ends_at    INTEGER NOT NULL,        -- by itself, at the latest
  ended_at   INTEGER,
  ended_by   TEXT                     -- NULL with ended_at: by itself
) STRICT;
INSERT INTO "walk_test" VALUES(1,'granly','3B dør','tor',1764000000000000,1764000000000009,1764000000000005,NULL);
CREATE TABLE walk_test_reading (
  seq         INTEGER PRIMARY KEY,
  test        INTEGER NOT NULL REFERENCES walk_test (id),
  measure     TEXT NOT NULL,
  value       ANY NOT NULL,
  at          INTEGER NOT NULL,
  received_at INTEGER NOT NULL,
  stored_at   INTEGER NOT NULL,       -- right before the commit
  flags       INTEGER NOT NULL        -- as in reading, and 64: repeated by the gateway from memory
) STRICT;
INSERT INTO "walk_test_reading" VALUES(1,1,'open',1,1764000000000000,1764000000000001,1764000000000002,0);
CREATE UNIQUE INDEX one_open_alert_per_rule_and_room ON alert (site, rule, room) WHERE state <> 'closed';
CREATE INDEX alert_due ON alert (due) WHERE due IS NOT NULL AND state <> 'closed';
CREATE INDEX alert_recent ON alert (site, last_at);
CREATE INDEX alert_event_alert ON alert_event (alert);
CREATE INDEX protection_resident ON protection (site, resident, seq);
CREATE TRIGGER quarantine_grows AFTER INSERT ON quarantine BEGIN
  UPDATE quarantine_size SET rows = rows + 1;
END;
CREATE TRIGGER quarantine_shrinks AFTER DELETE ON quarantine BEGIN
  UPDATE quarantine_size SET rows = rows - 1;
END;
CREATE INDEX gateway_request_recent ON gateway_request (site, asked_at);
CREATE INDEX gateway_request_open ON gateway_request (site) WHERE state IN ('waiting', 'sent');
CREATE INDEX gateway_joining_recent ON gateway_joining (site, at);
CREATE INDEX alert_escalation_due ON alert_escalation (due) WHERE due IS NOT NULL;
CREATE INDEX codec_name ON codec (site, name, id);
CREATE UNIQUE INDEX one_place_at_a_time ON placement (site, device) WHERE until IS NULL;
CREATE INDEX placement_device ON placement (site, device, since);
CREATE INDEX placement_address ON placement (site, address);
CREATE UNIQUE INDEX one_absence_per_resident ON absence (site, resident) WHERE ended_at IS NULL;
CREATE UNIQUE INDEX one_walk_test_per_device ON walk_test (site, device) WHERE ended_at IS NULL;
CREATE INDEX walk_test_of_device ON walk_test (site, device, id);
CREATE INDEX walk_test_reading_of ON walk_test_reading (test, seq);
CREATE UNIQUE INDEX one_pause_per_subject ON pause (site, rule, room, coalesce(device, '')) WHERE ended_at IS NULL;
CREATE INDEX alert_of_rule ON alert (site, rule, room, closed_at);
CREATE INDEX goal_day_open ON goal_day (site) WHERE outcome IS NULL;
CREATE INDEX notification_waiting ON notification (id) WHERE sent_at IS NULL;
CREATE INDEX record_of_device ON record (site, device, number);
CREATE TRIGGER record_stays AFTER UPDATE ON record BEGIN
  SELECT raise(ABORT, 'a record is never changed');
END;
CREATE TRIGGER record_is_kept BEFORE DELETE ON record BEGIN
  SELECT raise(ABORT, 'a record is never deleted');
END;
CREATE INDEX silence_until ON silence (site, until);
CREATE UNIQUE INDEX one_standing_fault_per_kind_and_device ON fault (site, kind, device) WHERE ended_at IS NULL;
CREATE INDEX fault_of_device ON fault (site, device, id);
CREATE INDEX shift_at ON shift (site, ends_at);
CREATE UNIQUE INDEX shift_key ON shift (site, key) WHERE key <> '';
CREATE INDEX staff_absence_until ON staff_absence (site, ends_at);
CREATE INDEX hand_over_note_until ON hand_over_note (site, ends_at);
CREATE INDEX hand_over_receipt_at ON hand_over_receipt (site, read_at);
CREATE INDEX erasure_open ON erasure (number) WHERE ended_at IS NULL;
CREATE INDEX summons_alert ON summons (alert);
CREATE INDEX summons_bundle ON summons (bundle) WHERE bundle IS NOT NULL;
CREATE INDEX summons_person ON summons (site, person, created_at);
CREATE INDEX summons_due ON summons (site, way, urgent, address, attempts, next_at) WHERE next_at IS NOT NULL;
CREATE UNIQUE INDEX one_proof_at_a_time ON proof (site, unit) WHERE ended_at IS NULL;
CREATE INDEX proof_of_unit ON proof (site, unit, asked_at);
CREATE UNIQUE INDEX one_open_gap ON gap (site, unit, reason, subject) WHERE gone_at IS NULL;
CREATE INDEX audit_at ON audit (site, at);
CREATE TRIGGER phone_is_lost_with_its_contact AFTER DELETE ON contact WHEN OLD.way = 'webpush'
BEGIN
  UPDATE phone SET lost = 1 WHERE site = OLD.site AND id = OLD.address AND person = OLD.person;
END;
CREATE UNIQUE INDEX one_bond ON relative_bond (relative, resident) WHERE ended_at IS NULL;
CREATE INDEX relative_consent_of ON relative_consent (relative);
CREATE INDEX relative_rest_of ON relative_rest (relative);
CREATE INDEX relative_invitation_of ON relative_invitation (relative);
CREATE INDEX relative_message_due ON relative_message (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX relative_view_of ON relative_view (resident, at);
CREATE INDEX relative_view_by ON relative_view (relative, at);
CREATE INDEX passkey_person ON passkey (site, person);
CREATE INDEX emergency_access_person ON emergency_access (site, person, ends_at);
CREATE INDEX staff_notice_due ON staff_notice (site, next_at) WHERE next_at IS NOT NULL;
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('alert',2);
INSERT INTO "sqlite_sequence" VALUES('pause',2);
INSERT INTO "sqlite_sequence" VALUES('gateway_request',1);
INSERT INTO "sqlite_sequence" VALUES('codec',1);
INSERT INTO "sqlite_sequence" VALUES('absence',1);
INSERT INTO "sqlite_sequence" VALUES('walk_test',1);
INSERT INTO "sqlite_sequence" VALUES('record',1);
INSERT INTO "sqlite_sequence" VALUES('erasure',1);
INSERT INTO "sqlite_sequence" VALUES('summons',1);
INSERT INTO "sqlite_sequence" VALUES('proof',1);
INSERT INTO "sqlite_sequence" VALUES('gap',1);
INSERT INTO "sqlite_sequence" VALUES('relative',1);
INSERT INTO "sqlite_sequence" VALUES('staff_notice',1);
COMMIT;
PRAGMA user_version = 33;
