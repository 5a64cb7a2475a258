-- What a device tells of these times is not kept: somebody lived there who is erased. Nothing here says who.
CREATE TABLE erased_time (
  site   TEXT NOT NULL,
  device INTEGER NOT NULL,            -- its number in the journal
  since  INTEGER NOT NULL,            -- included
  until  INTEGER NOT NULL,            -- not; never later than the erasing
  PRIMARY KEY (site, device, since, until)
) STRICT, WITHOUT ROWID;
