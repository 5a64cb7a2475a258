-- Test messages that somebody wants: asked for by the pages, sent by the hub, which alone holds the secrets of the ways.
CREATE TABLE contact_trial (
  id       INTEGER PRIMARY KEY AUTOINCREMENT,
  site     TEXT NOT NULL,
  person   TEXT NOT NULL,             -- whose contact it is
  way      TEXT NOT NULL,
  address  TEXT NOT NULL,             -- '' once it was tried
  subject  TEXT NOT NULL,
  body     TEXT NOT NULL,
  asked_by TEXT NOT NULL,
  asked_at INTEGER NOT NULL,
  begun_at INTEGER,                   -- the hub took it up
  ended_at INTEGER,
  failure  TEXT,                      -- NULL once it has ended: the other side took it
  for_good INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX contact_trial_waiting ON contact_trial (site, id) WHERE ended_at IS NULL;
