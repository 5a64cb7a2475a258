-- What people asked a gateway of devices to do, and what became of it. Pages and API write a row, the hub publishes it once.
CREATE TABLE gateway_request (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  site        TEXT NOT NULL,
  gateway     TEXT NOT NULL,
  kind        TEXT NOT NULL,          -- of gateway, when it was asked
  ask         TEXT NOT NULL,          -- JSON of devices/asking.py
  transaction_id TEXT NOT NULL UNIQUE, -- what its answer is known by
  state       TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'silent', 'done', 'refused', 'dropped')),
  said        TEXT NOT NULL,          -- the gateway's own words, or why it was dropped
  asked_by    TEXT NOT NULL,
  asked_at    INTEGER NOT NULL,
  good_until  INTEGER NOT NULL,       -- what was not sent by then never will be
  sent_at     INTEGER,
  answered_at INTEGER,
  followed    INTEGER NOT NULL DEFAULT 0 -- a rename: the site file has the new name
) STRICT;
CREATE INDEX gateway_request_recent ON gateway_request (site, asked_at);
CREATE INDEX gateway_request_open ON gateway_request (site) WHERE state IN ('waiting', 'sent');

-- Devices on their way into a gateway's network, or out of it.
CREATE TABLE gateway_joining (
  seq       INTEGER PRIMARY KEY,
  site      TEXT NOT NULL,
  gateway   TEXT NOT NULL,
  at        INTEGER NOT NULL,
  news      TEXT NOT NULL,
  address   TEXT NOT NULL,            -- the device's own, for ever
  name      TEXT NOT NULL,            -- what the gateway calls it
  model     TEXT NOT NULL,
  supported INTEGER                   -- NULL: the gateway did not say
) STRICT;
CREATE INDEX gateway_joining_recent ON gateway_joining (site, at);

-- Whether other devices may join a gateway's network now, as the gateway says it.
CREATE TABLE gateway_pairing (
  site       TEXT NOT NULL,
  gateway    TEXT NOT NULL,
  open       INTEGER NOT NULL,
  open_until INTEGER,
  said_at    INTEGER NOT NULL,
  PRIMARY KEY (site, gateway)
) STRICT, WITHOUT ROWID;

-- What a gateway has called each of its devices, the newest name last: who was renamed can be found again.
CREATE TABLE gateway_name (
  site    TEXT NOT NULL,
  gateway TEXT NOT NULL,
  address TEXT NOT NULL,              -- the device's own, for ever
  name    TEXT NOT NULL,
  since   INTEGER NOT NULL,
  PRIMARY KEY (site, gateway, address, name)
) STRICT, WITHOUT ROWID;
