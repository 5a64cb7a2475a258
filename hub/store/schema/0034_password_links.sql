-- One-time links by which staff choose their password. Of a token only its SHA-256 is kept.
CREATE TABLE password_link (
  token_hash BLOB PRIMARY KEY,
  site       TEXT NOT NULL,
  person     TEXT NOT NULL,
  created_by TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
