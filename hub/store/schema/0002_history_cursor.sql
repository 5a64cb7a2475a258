-- How far the journal was copied to each time series database that was ever configured: the last reading it has confirmed.
CREATE TABLE history_cursor (
  destination TEXT PRIMARY KEY,       -- address, organisation and bucket: another one starts from the beginning
  seq         INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
