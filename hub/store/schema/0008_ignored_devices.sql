-- Devices that were heard and are not ours (a neighbour's), by whom that was said and why: nobody is asked to place them.
CREATE TABLE ignored_device (
  site       TEXT NOT NULL,
  gateway    TEXT NOT NULL,
  address    TEXT NOT NULL,
  reason     TEXT NOT NULL,
  ignored_at INTEGER NOT NULL,
  ignored_by TEXT NOT NULL,
  PRIMARY KEY (site, gateway, address)
) STRICT, WITHOUT ROWID;
