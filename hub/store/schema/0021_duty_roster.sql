-- A shift that came from a calendar is known by what the calendar calls it: the same one again changes it.
ALTER TABLE shift ADD COLUMN key TEXT NOT NULL DEFAULT '';
CREATE UNIQUE INDEX shift_key ON shift (site, key) WHERE key <> '';

-- Who of the staff is not there, whatever the roster says. Why is nobody's business here.
CREATE TABLE staff_absence (
  id        INTEGER PRIMARY KEY,
  site      TEXT NOT NULL,
  person    TEXT NOT NULL,
  starts_at INTEGER NOT NULL,
  ends_at   INTEGER NOT NULL,
  said_by   TEXT NOT NULL,
  CHECK (starts_at < ends_at)
) STRICT;
CREATE INDEX staff_absence_until ON staff_absence (site, ends_at);

-- What one shift tells the next, of a unit or a resident. It ends by itself; the words never leave the house.
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
CREATE INDEX hand_over_note_until ON hand_over_note (site, ends_at);

-- Who has read the hand-over, and when.
CREATE TABLE hand_over_receipt (
  id      INTEGER PRIMARY KEY,
  site    TEXT NOT NULL,
  person  TEXT NOT NULL,
  read_at INTEGER NOT NULL
) STRICT;
CREATE INDEX hand_over_receipt_at ON hand_over_receipt (site, read_at);
