-- What staff said of a week of a resident's trend: the newest opinion counts.
CREATE TABLE trend_review (
  site     TEXT NOT NULL,
  resident TEXT NOT NULL,             -- the pseudonym
  trend    TEXT NOT NULL,
  week     TEXT NOT NULL,             -- its Monday, local
  opinion  TEXT NOT NULL CHECK (opinion IN ('useful', 'not_useful')),
  by       TEXT NOT NULL,
  at       INTEGER NOT NULL,
  PRIMARY KEY (site, resident, trend, week)
) STRICT, WITHOUT ROWID;
