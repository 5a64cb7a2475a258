-- Relatives: people outside of the house, and what a resident said yes to. None of them stands in the site file.
CREATE TABLE relative (
  id             INTEGER PRIMARY KEY AUTOINCREMENT,  -- never used again: sign-ins and trails name it
  site           TEXT NOT NULL,
  name           TEXT NOT NULL,
  email          TEXT NOT NULL,           -- in small letters: they sign in with it
  language       TEXT NOT NULL CHECK (language IN ('nb', 'en')),
  added_by       TEXT NOT NULL,
  added_at       INTEGER NOT NULL,
  by_email       INTEGER NOT NULL,
  quiet_from     TEXT NOT NULL,           -- '21:00', in the site's zone
  quiet_until    TEXT NOT NULL,
  digest_weekday INTEGER NOT NULL CHECK (digest_weekday BETWEEN 0 AND 6),
  digest_hour    INTEGER NOT NULL CHECK (digest_hour BETWEEN 0 AND 23),
  left_at        INTEGER,
  UNIQUE (site, email)
) STRICT;

CREATE TABLE relative_bond (
  id       INTEGER PRIMARY KEY,
  site     TEXT NOT NULL,
  relative INTEGER NOT NULL REFERENCES relative (id) ON DELETE CASCADE,
  resident TEXT NOT NULL,
  relation TEXT NOT NULL,
  added_by TEXT NOT NULL,
  added_at INTEGER NOT NULL,
  ended_at INTEGER,
  ended_by TEXT
) STRICT;
CREATE UNIQUE INDEX one_bond ON relative_bond (relative, resident) WHERE ended_at IS NULL;

CREATE TABLE relative_consent (
  id           INTEGER PRIMARY KEY,
  site         TEXT NOT NULL,
  relative     INTEGER NOT NULL REFERENCES relative (id) ON DELETE CASCADE,
  resident     TEXT NOT NULL,
  category     TEXT NOT NULL,
  valid_from   TEXT NOT NULL,
  valid_until  TEXT NOT NULL,
  given_by     TEXT NOT NULL CHECK (given_by IN ('resident', 'representative')),
  how          TEXT NOT NULL CHECK (how IN ('in_person', 'in_writing', 'by_phone')),
  recorded_by  TEXT NOT NULL,
  recorded_at  INTEGER NOT NULL,
  withdrawn_at INTEGER,
  withdrawn_by TEXT,
  CHECK (valid_from <= valid_until)
) STRICT;
CREATE INDEX relative_consent_of ON relative_consent (relative);

CREATE TABLE relative_rest (
  id       INTEGER PRIMARY KEY,
  site     TEXT NOT NULL,
  relative INTEGER NOT NULL REFERENCES relative (id) ON DELETE CASCADE,
  resident TEXT NOT NULL,
  since    INTEGER NOT NULL,
  until    INTEGER,                       -- NULL: until somebody ends it
  asked_by TEXT NOT NULL,
  ended_at INTEGER,
  ended_by TEXT
) STRICT;
CREATE INDEX relative_rest_of ON relative_rest (relative);

-- One-time links. Of a token only its SHA-256 is kept.
CREATE TABLE relative_invitation (
  id         INTEGER PRIMARY KEY,
  site       TEXT NOT NULL,
  relative   INTEGER NOT NULL REFERENCES relative (id) ON DELETE CASCADE,
  token_hash BLOB NOT NULL UNIQUE,
  created_by TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  used_at    INTEGER,
  revoked_at INTEGER
) STRICT;
CREATE INDEX relative_invitation_of ON relative_invitation (relative);

-- What a relative is, was or would have been told. The words are made when it leaves, and are not kept.
CREATE TABLE relative_message (
  id         INTEGER PRIMARY KEY,
  site       TEXT NOT NULL,
  relative   INTEGER NOT NULL REFERENCES relative (id) ON DELETE CASCADE,
  resident   TEXT NOT NULL,               -- '' for an invitation
  kind       TEXT NOT NULL,
  about      TEXT NOT NULL,               -- an alert's number, a day, an invitation's number
  secret     TEXT,                        -- an invitation's link, wiped when it has left
  created_at INTEGER NOT NULL,
  letter     INTEGER,                     -- those that left together: the first one's number
  attempts   INTEGER NOT NULL DEFAULT 0,
  next_at    INTEGER,                     -- NULL: nothing more is tried
  sent_at    INTEGER,
  dropped    TEXT,                        -- why it was not told after all
  failure    TEXT,
  UNIQUE (relative, resident, kind, about)
) STRICT;
CREATE INDEX relative_message_due ON relative_message (next_at) WHERE next_at IS NOT NULL;

CREATE TABLE relative_view (
  id       INTEGER PRIMARY KEY,
  site     TEXT NOT NULL,
  relative INTEGER NOT NULL REFERENCES relative (id) ON DELETE CASCADE,
  resident TEXT NOT NULL,
  at       INTEGER NOT NULL,
  page     TEXT NOT NULL,
  shown    TEXT NOT NULL                  -- the categories, with commas
) STRICT;
CREATE INDEX relative_view_of ON relative_view (resident, at);
CREATE INDEX relative_view_by ON relative_view (relative, at);

-- How far the alerts' trail was looked through for what relatives are told.
CREATE TABLE relative_cursor (site TEXT PRIMARY KEY, seq INTEGER NOT NULL) STRICT, WITHOUT ROWID;
