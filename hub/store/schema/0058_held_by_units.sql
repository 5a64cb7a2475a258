-- A roster that was held back is the task of those who plan for its units: another unit's calendar of the same
-- name, or without one, is another task.
CREATE TABLE held_roster_of_units (
  id       INTEGER PRIMARY KEY AUTOINCREMENT,
  site     TEXT NOT NULL,
  calendar TEXT NOT NULL,               -- as on a shift
  at       INTEGER NOT NULL,
  by       TEXT,                        -- a person, a program; NULL where nobody said
  lost     INTEGER NOT NULL,
  total    INTEGER NOT NULL,
  units    TEXT NOT NULL,               -- ids with spaces between; '' is the whole house
  UNIQUE (site, calendar, units)
) STRICT;
INSERT INTO sqlite_sequence (name, seq) SELECT 'held_roster_of_units', seq FROM sqlite_sequence WHERE name = 'held_roster';
INSERT INTO held_roster_of_units SELECT id, site, calendar, at, by, lost, total, units FROM held_roster;
DROP TABLE held_roster;
ALTER TABLE held_roster_of_units RENAME TO held_roster;
