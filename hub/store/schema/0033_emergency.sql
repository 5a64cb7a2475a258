-- Access to another unit in an emergency: for a reason, and not for long.
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
CREATE INDEX emergency_access_person ON emergency_access (site, person, ends_at);

-- What staff are told besides calls: sent after the commit, marked after it was sent.
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
CREATE INDEX staff_notice_due ON staff_notice (site, next_at) WHERE next_at IS NOT NULL;
