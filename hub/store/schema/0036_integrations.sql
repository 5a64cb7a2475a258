-- Other programs that ask by a token. Of a token only its SHA-256 is kept: it has 256 random bits.
CREATE TABLE integration (
  site       TEXT NOT NULL,
  id         TEXT NOT NULL,
  name       TEXT NOT NULL,
  purpose    TEXT NOT NULL,
  role       TEXT NOT NULL,
  acts       TEXT NOT NULL,           -- JSON
  units      TEXT NOT NULL,           -- JSON; []: the whole house
  reads_only INTEGER NOT NULL,
  token_hash BLOB UNIQUE,             -- NULL: revoked
  created_by TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  ends_at    INTEGER NOT NULL,
  warned_at  INTEGER,
  revoked_by TEXT,
  revoked_at INTEGER,
  used_at    INTEGER,
  used_from  TEXT,                    -- the address of who used it last
  PRIMARY KEY (site, id)
) STRICT, WITHOUT ROWID;
