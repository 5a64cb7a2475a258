-- The embedded history: what the journal's readings become once they are moved out of it. Derived: nothing here is written
-- by a sensor's message, everything by hub/history/upkeep.py. Days are UTC, counted from 1970-01-01.

-- What one move brought of one day. Written once, from the left to the right of the file; a day that is over is rewritten
-- as one segment.
CREATE TABLE segment (
  no  INTEGER PRIMARY KEY AUTOINCREMENT,
  day INTEGER NOT NULL
) STRICT;
CREATE INDEX segment_day ON segment (day);

-- One device's one measure within a segment: hub/history/block.py.
CREATE TABLE block (
  segment  INTEGER NOT NULL,
  device   INTEGER NOT NULL,
  measure  INTEGER NOT NULL,
  readings BLOB NOT NULL,
  PRIMARY KEY (segment, device, measure)
) STRICT, WITHOUT ROWID;

-- The last reading of the journal that is here: it moves in the same transaction as the readings.
CREATE TABLE moved (only INTEGER PRIMARY KEY CHECK (only = 1), seq INTEGER NOT NULL) STRICT;
INSERT INTO moved (only, seq) VALUES (1, 0);

-- A day that is over, hour by hour: hub/history/hours.py. Kept longer than the readings it was made from.
CREATE TABLE hourly (
  device  INTEGER NOT NULL,
  measure INTEGER NOT NULL,
  day     INTEGER NOT NULL,
  hours   BLOB NOT NULL,
  PRIMARY KEY (device, measure, day)
) STRICT, WITHOUT ROWID;
CREATE INDEX hourly_day ON hourly (day);
