-- Who is away (hospital, family), since when, and until when they are expected back. An ended absence stays: it is the record.
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
CREATE UNIQUE INDEX one_absence_per_resident ON absence (site, resident) WHERE ended_at IS NULL;
