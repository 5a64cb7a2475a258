-- A message's number is never given again, also after the newest was deleted: receivers know repetitions by it.
CREATE TABLE summons_again (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  site         TEXT NOT NULL,
  alert        INTEGER NOT NULL REFERENCES alert (id),
  event        INTEGER NOT NULL REFERENCES alert_event (seq),
  person       TEXT NOT NULL,
  way          TEXT NOT NULL,
  address      TEXT NOT NULL,
  urgent       INTEGER NOT NULL,      -- 1: high
  subject      TEXT NOT NULL,
  body         TEXT NOT NULL,
  created_at   INTEGER NOT NULL,
  attempts     INTEGER NOT NULL DEFAULT 0,
  next_at      INTEGER,               -- NULL: nothing more is tried
  sent_at      INTEGER,
  failure      TEXT,                  -- why the last attempt failed, or why nothing more is tried
  delivered_at INTEGER,               -- where the way tells
  seen_at      INTEGER,               -- they opened the alert, or a board with it
  accepted_at  INTEGER,               -- they took the alert
  held         TEXT,                  -- why it did not go out at once (rules/summons.py); NULL: it did
  bundle       INTEGER,               -- the summons under whose id these go out as one message
  UNIQUE (event, person, way, address),
  CHECK (sent_at IS NULL OR next_at IS NULL)  -- never both sent and waiting
) STRICT;
INSERT INTO summons_again SELECT id, site, alert, event, person, way, address, urgent, subject, body, created_at, attempts,
  iif(sent_at IS NULL, next_at, NULL), sent_at, failure, delivered_at, seen_at, accepted_at, held, bundle FROM summons;
DROP TABLE summons;
ALTER TABLE summons_again RENAME TO summons;
CREATE INDEX summons_alert ON summons (alert);
CREATE INDEX summons_bundle ON summons (bundle) WHERE bundle IS NOT NULL;
CREATE INDEX summons_person ON summons (site, person, created_at);
-- Each look for what is due reads this index alone, also with ten thousand messages waiting.
CREATE INDEX summons_due ON summons (site, way, urgent, address, attempts, next_at) WHERE next_at IS NOT NULL;
