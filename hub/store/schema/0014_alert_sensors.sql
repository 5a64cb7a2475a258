-- How the sensors of a rule were when its alert was raised (last): JSON list. Whoever asks later how sure it was, asks what was known then.
CREATE TABLE alert_sensors (
  alert   INTEGER PRIMARY KEY REFERENCES alert (id),
  at      INTEGER NOT NULL,
  sensors TEXT NOT NULL
) STRICT;
CREATE INDEX alert_of_rule ON alert (site, rule, room, closed_at);
