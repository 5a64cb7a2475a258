-- Sessions: the cookie is `key.secret`; token_hash is of the key, which stays. Those from before have no secret yet.
ALTER TABLE session ADD COLUMN secret_hash BLOB;
ALTER TABLE session ADD COLUMN previous_hash BLOB;
ALTER TABLE session ADD COLUMN rotated_at INTEGER;
ALTER TABLE session ADD COLUMN confirmed_at INTEGER;            -- when the newest secret was first seen again
ALTER TABLE session ADD COLUMN how TEXT NOT NULL DEFAULT 'password';
ALTER TABLE session ADD COLUMN kind TEXT NOT NULL DEFAULT 'computer';
ALTER TABLE session ADD COLUMN idle_us INTEGER NOT NULL DEFAULT 43200000000;
ALTER TABLE session ADD COLUMN ends_at INTEGER;                 -- however much it is used
ALTER TABLE session ADD COLUMN device TEXT;                     -- of a shared screen

-- A PIN of one's own, for screens that several share.
CREATE TABLE pin (
  site   TEXT NOT NULL,
  person TEXT NOT NULL,
  hash   TEXT NOT NULL,               -- Argon2id
  set_at INTEGER NOT NULL,
  PRIMARY KEY (site, person)
) STRICT, WITHOUT ROWID;

-- A screen that several share: PINs count there until open_until, after somebody signed in fully.
CREATE TABLE shared_device (
  token_hash BLOB PRIMARY KEY,        -- SHA-256 of its cookie
  site       TEXT NOT NULL,
  opened_by  TEXT NOT NULL,
  opened_at  INTEGER NOT NULL,
  open_until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Wrong PINs of one person at one screen, since they last signed in there fully or got it right.
CREATE TABLE pin_failure (
  device   BLOB NOT NULL REFERENCES shared_device (token_hash) ON DELETE CASCADE,
  person   TEXT NOT NULL,
  failures INTEGER NOT NULL,
  last_at  INTEGER NOT NULL,
  PRIMARY KEY (device, person)
) STRICT, WITHOUT ROWID;

-- Codes of an app (TOTP, RFC 6238).
CREATE TABLE totp (
  site      TEXT NOT NULL,
  person    TEXT NOT NULL,
  secret    BLOB NOT NULL,            -- encrypted with the key in sign-in.key
  set_at    INTEGER NOT NULL,
  last_step INTEGER NOT NULL,         -- of the code that was used last: none counts twice
  PRIMARY KEY (site, person)
) STRICT, WITHOUT ROWID;

CREATE TABLE recovery_code (
  site      TEXT NOT NULL,
  person    TEXT NOT NULL,
  code_hash BLOB NOT NULL,            -- SHA-256: 80 random bits need no slower one
  used_at   INTEGER,
  PRIMARY KEY (site, person, code_hash)
) STRICT, WITHOUT ROWID;

CREATE TABLE passkey (
  id         BLOB PRIMARY KEY,        -- the credential's own id
  site       TEXT NOT NULL,
  person     TEXT NOT NULL,
  public_key BLOB NOT NULL,
  uses       INTEGER NOT NULL,        -- the authenticator's counter
  name       TEXT NOT NULL,
  added_at   INTEGER NOT NULL,
  used_at    INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX passkey_person ON passkey (site, person);
