-- The report of a unit's alarms for each month, as it was made: a document that names no person.
CREATE TABLE quality_report (
  id       INTEGER PRIMARY KEY,
  site     TEXT NOT NULL,
  unit     TEXT NOT NULL,
  month    TEXT NOT NULL,                 -- 2026-10
  made_at  INTEGER NOT NULL,
  pdf      BLOB NOT NULL,
  UNIQUE (site, unit, month)
) STRICT;

-- Who asks a resident anew before their yes to a relative ends. Done is what no longer ends: no row says so.
CREATE TABLE relative_review (
  id          INTEGER PRIMARY KEY,
  site        TEXT NOT NULL,
  relative    INTEGER NOT NULL REFERENCES relative (id) ON DELETE CASCADE,
  resident    TEXT NOT NULL,
  ends_on     TEXT NOT NULL,              -- the last day of the yes that it is about
  owner       TEXT NOT NULL,
  due         TEXT NOT NULL,              -- a day
  assigned_by TEXT NOT NULL,
  assigned_at INTEGER NOT NULL,
  UNIQUE (relative, resident, ends_on)
) STRICT;
