-- A roster from a file that was held back, since it would have emptied days: a task for leaders until the
-- calendar is taken over, or somebody leaves the roster as it is. Nothing of the file is kept.
CREATE TABLE held_roster (
  id       INTEGER PRIMARY KEY,
  site     TEXT NOT NULL,
  calendar TEXT NOT NULL,               -- as on a shift
  at       INTEGER NOT NULL,
  by       TEXT,                        -- a person, a program; NULL where nobody said
  lost     INTEGER NOT NULL,
  total    INTEGER NOT NULL,
  units    TEXT NOT NULL,               -- ids with spaces between; '' is the whole house
  UNIQUE (site, calendar)
) STRICT;
