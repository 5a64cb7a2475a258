-- What is known of each device's health: its rhythm, since when a state is what it is, its link (rules/health, hub/health).
CREATE TABLE device_figures (
  device  INTEGER PRIMARY KEY REFERENCES device (no),
  figures BLOB NOT NULL               -- JSON
) STRICT;

-- The battery's level, once a day.
CREATE TABLE battery_day (
  device INTEGER NOT NULL REFERENCES device (no),
  day    INTEGER NOT NULL,            -- since 1970, UTC
  level  REAL NOT NULL,               -- %
  PRIMARY KEY (device, day)
) STRICT, WITHOUT ROWID;

-- Since when the site has a device in its place, with the address it has now.
CREATE TABLE device_placed (
  site      TEXT NOT NULL,
  device    TEXT NOT NULL,
  address   TEXT NOT NULL,            -- gateway/address
  placed_at INTEGER NOT NULL,
  PRIMARY KEY (site, device)
) STRICT, WITHOUT ROWID;

-- Until when a gateway was last away: silence before that is nobody's.
CREATE TABLE gateway_back (
  site    TEXT NOT NULL,
  gateway TEXT NOT NULL,
  at      INTEGER NOT NULL,
  PRIMARY KEY (site, gateway)
) STRICT, WITHOUT ROWID;

-- What is and was wrong with devices. An ended fault stays: it is the record.
CREATE TABLE fault (
  id       INTEGER PRIMARY KEY,
  site     TEXT NOT NULL,
  kind     TEXT NOT NULL,
  device   TEXT NOT NULL,
  since    INTEGER NOT NULL,
  found_at INTEGER NOT NULL,
  reason   TEXT NOT NULL,
  figures  TEXT NOT NULL,             -- JSON object
  told_at  INTEGER,
  ended_at INTEGER
) STRICT;
CREATE UNIQUE INDEX one_standing_fault_per_kind_and_device ON fault (site, kind, device) WHERE ended_at IS NULL;
CREATE INDEX fault_of_device ON fault (site, device, id);
