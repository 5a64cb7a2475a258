-- Who is on duty, by which ways people are reached, and every message to one of them.
CREATE TABLE shift (
  id         INTEGER PRIMARY KEY,
  site       TEXT NOT NULL,
  person     TEXT NOT NULL,
  units      TEXT NOT NULL,           -- JSON list; empty: the whole house
  function   TEXT NOT NULL CHECK (function IN ('carer', 'night_patrol', 'leader')),
  starts_at  INTEGER NOT NULL,
  ends_at    INTEGER NOT NULL,
  residents  TEXT NOT NULL,           -- JSON list of pseudonyms: whom they look after themselves
  source     TEXT NOT NULL CHECK (source IN ('roster', 'signed_in')),
  CHECK (starts_at < ends_at)
) STRICT;
CREATE INDEX shift_at ON shift (site, ends_at);

CREATE TABLE contact (
  site     TEXT NOT NULL,
  person   TEXT NOT NULL,
  way      TEXT NOT NULL,             -- hub/ways: 'email', 'webhook'
  address  TEXT NOT NULL,
  added_at INTEGER NOT NULL,
  PRIMARY KEY (site, person, way, address)
) STRICT, WITHOUT ROWID;

-- The outbox of calls: sent after the commit, marked after it was sent. A repetition carries the same id.
CREATE TABLE summons (
  id         INTEGER PRIMARY KEY,
  site       TEXT NOT NULL,
  alert      INTEGER NOT NULL REFERENCES alert (id),
  event      INTEGER NOT NULL REFERENCES alert_event (seq),
  person     TEXT NOT NULL,
  way        TEXT NOT NULL,
  address    TEXT NOT NULL,
  urgent     INTEGER NOT NULL,        -- 1: high
  subject    TEXT NOT NULL,
  body       TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  attempts   INTEGER NOT NULL DEFAULT 0,
  next_at    INTEGER,                 -- NULL: nothing more is tried
  sent_at    INTEGER,
  failure    TEXT,                    -- why the last attempt failed, or why nothing more is tried
  UNIQUE (event, person, way, address)
) STRICT;
CREATE INDEX summons_due ON summons (way, urgent, next_at) WHERE next_at IS NOT NULL;
CREATE INDEX summons_alert ON summons (alert);

-- How far the alerts' trail was turned into summonses.
CREATE TABLE summons_cursor (site TEXT PRIMARY KEY, seq INTEGER NOT NULL) STRICT, WITHOUT ROWID;
