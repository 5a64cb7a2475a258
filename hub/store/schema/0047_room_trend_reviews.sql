-- What staff said of a week of the trend of a room in which nobody lives: the newest opinion counts.
CREATE TABLE room_trend_review (
  site    TEXT NOT NULL,
  room    TEXT NOT NULL,
  trend   TEXT NOT NULL,
  week    TEXT NOT NULL,             -- its Monday, local
  opinion TEXT NOT NULL CHECK (opinion IN ('useful', 'not_useful')),
  by      TEXT NOT NULL,
  at      INTEGER NOT NULL,
  PRIMARY KEY (site, room, trend, week)
) STRICT, WITHOUT ROWID;
