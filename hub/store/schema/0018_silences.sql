-- When a part could not be heard: without it nobody could tell later whether it was quiet or the hub was deaf.
CREATE TABLE silence (
  seq   INTEGER PRIMARY KEY,
  site  TEXT NOT NULL,
  part  TEXT NOT NULL,                -- 'broker', 'gateway:<id>', 'device:<id>'
  since INTEGER NOT NULL,
  until INTEGER NOT NULL
) STRICT;
CREATE INDEX silence_until ON silence (site, until);
