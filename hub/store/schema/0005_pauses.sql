-- What is switched off for a while, by whom, why and until when. An ended pause stays: it is the record.
CREATE TABLE pause (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  site         TEXT NOT NULL,
  rule         TEXT NOT NULL,
  room         TEXT NOT NULL,
  owner        TEXT NOT NULL,
  reason       TEXT NOT NULL,
  paused_at    INTEGER NOT NULL,
  until        INTEGER NOT NULL,      -- what was asked for
  ends_at      INTEGER NOT NULL,      -- earlier, where a second person's yes is needed and not given
  confirmed_by TEXT,
  reminded_at  INTEGER,
  ended_at     INTEGER,
  ended_by     TEXT                   -- NULL with ended_at: by itself
) STRICT;
CREATE UNIQUE INDEX one_pause_per_rule_and_room ON pause (site, rule, room) WHERE ended_at IS NULL;
