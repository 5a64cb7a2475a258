-- What gateways and devices have announced of themselves (which property means what, on which topic): without it, what the
-- broker kept for us while we were down could not be understood.
CREATE TABLE announcement (
  site        TEXT NOT NULL,
  topic       TEXT NOT NULL,
  payload     BLOB NOT NULL,
  received_at INTEGER NOT NULL,
  PRIMARY KEY (site, topic)
) STRICT, WITHOUT ROWID;
