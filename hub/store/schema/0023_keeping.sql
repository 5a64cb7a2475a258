-- What is done by the clock, once for the whole installation: when it is next due, and how the last run went.
CREATE TABLE job (
  name       TEXT PRIMARY KEY,
  due        INTEGER NOT NULL,
  started_at INTEGER,
  done_at    INTEGER,                 -- the last run that succeeded
  failed_at  INTEGER,                 -- NULL: the last run succeeded
  said       TEXT NOT NULL            -- what it did, or why it failed
) STRICT, WITHOUT ROWID;

-- What came of alerts that were deleted: counts that are about nobody.
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

-- Every backup that was written, until its file is deleted.
CREATE TABLE backup (
  file        TEXT PRIMARY KEY,
  made_at     INTEGER NOT NULL,
  bytes       INTEGER NOT NULL,
  kept_until  INTEGER NOT NULL,
  verified_at INTEGER NOT NULL        -- read back, decrypted and looked through
) STRICT, WITHOUT ROWID;

-- Residents whose data is deleted. Who it is stands in `plan` alone, and goes with the rest; the sealed receipt stays.
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
CREATE INDEX erasure_open ON erasure (number) WHERE ended_at IS NULL;

-- Until when certificates are good, as they were last seen.
CREATE TABLE certificate (
  name       TEXT PRIMARY KEY,        -- 'broker', 'pages'
  expires_at INTEGER NOT NULL,
  seen_at    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
