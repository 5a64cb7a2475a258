-- When somebody who is erased lived in a room together with others, who stay: nothing here says who it was.
CREATE TABLE shared_time (
  site   TEXT NOT NULL,
  room   TEXT NOT NULL,
  since  INTEGER NOT NULL,            -- included
  until  INTEGER NOT NULL,            -- not; never later than the erasing
  PRIMARY KEY (site, room, since, until)
) STRICT, WITHOUT ROWID;
