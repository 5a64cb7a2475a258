-- Wrong PINs of one person at all the screens that another one has opened: whoever signs in anew begins no new guessing.
CREATE TABLE pin_guess (
  site      TEXT NOT NULL,
  opened_by TEXT NOT NULL,
  person    TEXT NOT NULL,
  failures  INTEGER NOT NULL,
  last_at   INTEGER NOT NULL,
  PRIMARY KEY (site, opened_by, person)
) STRICT, WITHOUT ROWID;
