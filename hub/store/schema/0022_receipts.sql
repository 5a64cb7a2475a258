-- How far each message has come, what it waits for, and which others it goes out with.
ALTER TABLE summons ADD COLUMN delivered_at INTEGER;  -- where the way tells
ALTER TABLE summons ADD COLUMN seen_at INTEGER;       -- they opened the alert, or a board with it
ALTER TABLE summons ADD COLUMN accepted_at INTEGER;   -- they took the alert
ALTER TABLE summons ADD COLUMN held TEXT;             -- why it did not go out at once (rules/summons.py); NULL: it did
ALTER TABLE summons ADD COLUMN bundle INTEGER;        -- the summons under whose id these go out as one message
CREATE INDEX summons_bundle ON summons (bundle) WHERE bundle IS NOT NULL;

-- What is due, address by address: each is tried on its own, so that one that hangs holds up no other.
DROP INDEX summons_due;
CREATE INDEX summons_due ON summons (way, urgent, address, attempts, next_at) WHERE next_at IS NOT NULL;
CREATE INDEX summons_person ON summons (site, person, created_at);

-- When somebody does not want to be disturbed by what is low, and for how long such messages are gathered.
CREATE TABLE contact_preference (
  site        TEXT NOT NULL,
  person      TEXT NOT NULL,
  quiet_from  TEXT,                   -- local time, '22:00'; NULL: no quiet hours
  quiet_until TEXT,
  gather_s    INTEGER NOT NULL,       -- seconds for which low messages wait for each other
  set_at      INTEGER NOT NULL,
  PRIMARY KEY (site, person),
  CHECK ((quiet_from IS NULL) = (quiet_until IS NULL))
) STRICT, WITHOUT ROWID;
