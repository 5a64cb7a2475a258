-- Floor plans: a picture as PNG, whatever it came as, and where on it rooms and devices are.
CREATE TABLE floor_plan (
  id      INTEGER PRIMARY KEY AUTOINCREMENT,  -- never used again: addresses of pictures name it
  site    TEXT NOT NULL,
  unit    TEXT NOT NULL,
  name    TEXT NOT NULL,
  picture BLOB NOT NULL,
  digest  TEXT NOT NULL,                      -- of the picture, SHA-256
  width   INTEGER NOT NULL,
  height  INTEGER NOT NULL,
  version INTEGER NOT NULL,                   -- one more with each change of the marks
  put_by  TEXT NOT NULL,
  put_at  INTEGER NOT NULL,
  UNIQUE (site, unit, name)
) STRICT;

CREATE TABLE floor_mark (
  plan INTEGER NOT NULL REFERENCES floor_plan (id) ON DELETE CASCADE,
  kind TEXT NOT NULL CHECK (kind IN ('room', 'device')),
  of   TEXT NOT NULL,
  x    INTEGER NOT NULL CHECK (x BETWEEN 0 AND 10000),  -- ten-thousandths of the width
  y    INTEGER NOT NULL CHECK (y BETWEEN 0 AND 10000),
  PRIMARY KEY (plan, kind, of)
) STRICT, WITHOUT ROWID;
