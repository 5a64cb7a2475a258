-- Signed records of walk tests: the text to the last character, and the seal on it. Only ever added to.
CREATE TABLE record (
  number    INTEGER PRIMARY KEY AUTOINCREMENT,
  site      TEXT NOT NULL,
  test      INTEGER NOT NULL UNIQUE REFERENCES walk_test (id),
  device    TEXT NOT NULL,
  document  TEXT NOT NULL,            -- JSON: rules/record.py
  key       BLOB NOT NULL,            -- the public key, Ed25519
  signature BLOB NOT NULL
) STRICT;
CREATE INDEX record_of_device ON record (site, device, number);

CREATE TRIGGER record_stays AFTER UPDATE ON record BEGIN
  SELECT raise(ABORT, 'a record is never changed');
END;

CREATE TRIGGER record_is_kept BEFORE DELETE ON record BEGIN
  SELECT raise(ABORT, 'a record is never deleted');
END;
