-- A whole day of one series in a few numbers: hub/history/days.py. Kept when its hours are gone.
CREATE TABLE daily (
  device  INTEGER NOT NULL,
  measure INTEGER NOT NULL,
  day     INTEGER NOT NULL,
  figures BLOB NOT NULL,
  PRIMARY KEY (device, measure, day)
) STRICT, WITHOUT ROWID;
CREATE INDEX daily_day ON daily (day);
