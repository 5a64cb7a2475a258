-- One file holds what commits together: the journal of readings, the rules' states, alerts, the outbox, the audit trail.
-- Instants are integer microseconds since 1970-01-01T00:00:00Z. Every row carries its site, directly or through its device.

-- The site file as it was imported; the newest row per site is in force. Never changed, never deleted.
CREATE TABLE site_version (
  id          INTEGER PRIMARY KEY,
  site        TEXT NOT NULL,
  document    TEXT NOT NULL,          -- the YAML text, character for character
  imported_at INTEGER NOT NULL,
  imported_by TEXT NOT NULL
) STRICT;

-- Every device that was ever heard, known to the site or not.
CREATE TABLE device (
  no             INTEGER PRIMARY KEY,
  site           TEXT NOT NULL,
  gateway        TEXT NOT NULL,
  address        TEXT NOT NULL,       -- what the gateway calls it
  first_heard_at INTEGER NOT NULL,
  UNIQUE (site, gateway, address)
) STRICT;

-- What stands for each device now: when it last spoke, and the newest value of each measure ({"open": [true, at_us]}).
CREATE TABLE device_latest (
  device        INTEGER PRIMARY KEY REFERENCES device (no),
  last_heard_at INTEGER NOT NULL,
  latest        BLOB NOT NULL
) STRICT;

CREATE TABLE measure (no INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;

-- The append-only journal. No index besides the key: an index on readings costs 10 KB of writing a row once the table is large.
CREATE TABLE reading (
  seq         INTEGER PRIMARY KEY,
  device      INTEGER NOT NULL,
  measure     INTEGER NOT NULL,
  value       ANY NOT NULL,           -- 0/1, a number, or a word
  at          INTEGER NOT NULL,
  received_at INTEGER NOT NULL,
  flags       INTEGER NOT NULL        -- 1 late, 2 snapshot (retained), 4 own time, 8 clock wrong
) STRICT;

-- What the last batches held, as 10-byte entries (8 bytes digest of topic and payload, 2 bytes packet id): a redelivery of what was committed changes nothing.
CREATE TABLE committed_batch (seq INTEGER PRIMARY KEY, entries BLOB NOT NULL) STRICT;

-- Timers are rows. One row per rule and room; `due` is the next instant at which time itself matters to the rule.
CREATE TABLE rule_state (
  site  TEXT NOT NULL,
  rule  TEXT NOT NULL,
  room  TEXT NOT NULL,
  state BLOB NOT NULL,
  due   INTEGER,
  PRIMARY KEY (site, rule, room)
) STRICT, WITHOUT ROWID;

-- Who cannot be heard right now: 'broker', 'gateway:<id>', 'device:<id>'.
CREATE TABLE unheard (
  site  TEXT NOT NULL,
  part  TEXT NOT NULL,
  since INTEGER NOT NULL,
  PRIMARY KEY (site, part)
) STRICT, WITHOUT ROWID;

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
CREATE UNIQUE INDEX one_open_alert_per_rule_and_room ON alert (site, rule, room) WHERE state <> 'closed';
CREATE INDEX alert_due ON alert (due) WHERE due IS NOT NULL AND state <> 'closed';
CREATE INDEX alert_recent ON alert (site, last_at);

-- The audit trail of alerts: every event with its reason. Also the feed that the board follows by `seq`.
CREATE TABLE alert_event (
  seq    INTEGER PRIMARY KEY,
  alert  INTEGER NOT NULL REFERENCES alert (id),
  at     INTEGER NOT NULL,
  event  TEXT NOT NULL,               -- 'raised' or an event of rules/alert.py
  by     TEXT,                        -- person id; NULL: the hub
  reason TEXT NOT NULL
) STRICT;
CREATE INDEX alert_event_alert ON alert_event (alert);

-- The engine's findings as it gave them out, in order.
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

-- The transactional outbox: sent after the commit, marked after it was sent. Twice beats never.
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
CREATE INDEX notification_waiting ON notification (id) WHERE sent_at IS NULL;

-- What could not be understood, once per topic and reason, with how often and the newest example.
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

-- How each part of the hub is: 'hub', 'broker', 'disk', 'clock', 'influxdb', 'backlog'. The hub renews its own row every second.
CREATE TABLE health (
  site   TEXT NOT NULL,
  part   TEXT NOT NULL,
  state  TEXT NOT NULL CHECK (state IN ('ok', 'degraded', 'down')),
  since  INTEGER NOT NULL,
  seen   INTEGER NOT NULL,
  detail TEXT NOT NULL,
  PRIMARY KEY (site, part)
) STRICT, WITHOUT ROWID;

-- Whether each resident is watched over, as it changed.
CREATE TABLE protection (
  seq      INTEGER PRIMARY KEY,
  site     TEXT NOT NULL,
  resident TEXT NOT NULL,
  state    TEXT NOT NULL CHECK (state IN ('protected', 'degraded', 'unprotected')),
  why      TEXT NOT NULL,
  since    INTEGER NOT NULL
) STRICT;
CREATE INDEX protection_resident ON protection (site, resident, seq);

-- Sign-in: passwords are set by `vaka password`, never by the site file.
CREATE TABLE credential (
  site   TEXT NOT NULL,
  person TEXT NOT NULL,
  hash   TEXT NOT NULL,               -- Argon2id
  set_at INTEGER NOT NULL,
  PRIMARY KEY (site, person)
) STRICT, WITHOUT ROWID;

CREATE TABLE session (
  token_hash BLOB PRIMARY KEY,        -- SHA-256 of the cookie's token
  site       TEXT NOT NULL,
  person     TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  used_at    INTEGER NOT NULL,
  ended_at   INTEGER
) STRICT, WITHOUT ROWID;

-- Who did or saw what, besides alerts.
CREATE TABLE audit (
  seq    INTEGER PRIMARY KEY,
  site   TEXT NOT NULL,
  at     INTEGER NOT NULL,
  by     TEXT,
  what   TEXT NOT NULL,
  detail TEXT NOT NULL
) STRICT;
