-- Which devices are taken out of the judging right now, under test or paused: the rules' own memory, as `unheard` is.
CREATE TABLE aside (
  site   TEXT NOT NULL,
  device TEXT NOT NULL,               -- the site's name for it
  since  INTEGER NOT NULL,
  PRIMARY KEY (site, device)
) STRICT, WITHOUT ROWID;

-- A technician tries a device out in its place. An ended test stays.
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
CREATE UNIQUE INDEX one_walk_test_per_device ON walk_test (site, device) WHERE ended_at IS NULL;
CREATE INDEX walk_test_of_device ON walk_test (site, device, id);

-- What the device said meanwhile, all of it and in order, also what says nothing new.
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
CREATE INDEX walk_test_reading_of ON walk_test_reading (test, seq);

-- A device can be paused as a rule can: then `rule` is empty, and `room` is where the device hangs.
ALTER TABLE pause ADD COLUMN device TEXT;
DROP INDEX one_pause_per_rule_and_room;
CREATE UNIQUE INDEX one_pause_per_subject ON pause (site, rule, room, coalesce(device, '')) WHERE ended_at IS NULL;
