-- What each version of a site's document changed in its parts: who is told of somebody else's change, and a part's own record.
CREATE TABLE site_change (
  site    TEXT NOT NULL,
  section TEXT NOT NULL,              -- 'devices', 'rules' …
  part    TEXT NOT NULL,              -- its id
  version INTEGER NOT NULL REFERENCES site_version (id),
  before  TEXT,                       -- as the document said it, as JSON; NULL: it was not there
  after   TEXT,
  PRIMARY KEY (site, section, part, version)
) STRICT, WITHOUT ROWID;

-- Where each device of a site was and what its gateway called it then. What it said is in the journal under `gateway` and
-- `address`; a device that was replaced has its history under all the addresses it had.
CREATE TABLE placement (
  seq         INTEGER PRIMARY KEY,
  site        TEXT NOT NULL,
  device      TEXT NOT NULL,          -- the site's id for it
  room        TEXT NOT NULL,
  role        TEXT NOT NULL,
  gateway     TEXT NOT NULL,
  address     TEXT NOT NULL,
  also_native INTEGER NOT NULL,       -- whether it is known by that address on the native way in too
  since       INTEGER NOT NULL,       -- 0: from the first it ever said
  until       INTEGER                 -- NULL: it is there now
) STRICT;
CREATE UNIQUE INDEX one_place_at_a_time ON placement (site, device) WHERE until IS NULL;
CREATE INDEX placement_device ON placement (site, device, since);
CREATE INDEX placement_address ON placement (site, address);
