-- What other programs are told as it happens: one address each, and the messages to it.
CREATE TABLE event_subscription (
  site        TEXT NOT NULL,
  integration TEXT NOT NULL,
  address     TEXT NOT NULL,
  events      TEXT NOT NULL,          -- JSON
  residents   INTEGER NOT NULL,       -- also what is about residents, by pseudonym
  turn        INTEGER NOT NULL,       -- how often its secret was made anew
  created_by  TEXT NOT NULL,
  created_at  INTEGER NOT NULL,
  failing_since INTEGER,              -- nothing was taken since; NULL: the last one was
  stopped_at  INTEGER,                -- nothing could be delivered for days
  PRIMARY KEY (site, integration)
) STRICT, WITHOUT ROWID;

CREATE TABLE event_message (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  site        TEXT NOT NULL,
  integration TEXT NOT NULL,
  type        TEXT NOT NULL,
  body        TEXT NOT NULL,          -- JSON, as it is sent
  created_at  INTEGER NOT NULL,
  attempts    INTEGER NOT NULL DEFAULT 0,
  next_at     INTEGER,                -- NULL: nothing more is tried
  sent_at     INTEGER,
  failure     TEXT
) STRICT;
CREATE INDEX event_message_due ON event_message (site, integration, next_at) WHERE next_at IS NOT NULL;
CREATE INDEX event_message_integration ON event_message (site, integration, id);

-- Up to where each source of events was turned into messages.
CREATE TABLE event_cursor (
  site   TEXT NOT NULL,
  source TEXT NOT NULL,
  seq    INTEGER NOT NULL,
  PRIMARY KEY (site, source)
) STRICT, WITHOUT ROWID;
