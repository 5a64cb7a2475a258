-- What came of each day of each goal that somebody practises. A day that is settled stays: it is the picture over weeks.
CREATE TABLE goal_day (
  site        TEXT NOT NULL,
  rule        TEXT NOT NULL,
  room        TEXT NOT NULL,
  day         TEXT NOT NULL,          -- local date; it ends in the small hours of the next
  since       INTEGER NOT NULL,
  occasions   INTEGER NOT NULL,
  reminders   INTEGER NOT NULL,
  missed      INTEGER NOT NULL,
  reminded_at INTEGER,
  blind_from  INTEGER,
  blind       INTEGER NOT NULL,
  outcome     TEXT CHECK (outcome IN ('reached', 'reminded', 'missed', 'none', 'unknown')),
  PRIMARY KEY (site, rule, room, day)
) STRICT, WITHOUT ROWID;
CREATE INDEX goal_day_open ON goal_day (site) WHERE outcome IS NULL;

-- A reminder to somebody who practises belongs to no alert.
ALTER TABLE notification RENAME TO notification_of_alerts;
CREATE TABLE notification (
  id         INTEGER PRIMARY KEY,
  site       TEXT NOT NULL,
  alert      INTEGER REFERENCES alert (id), -- NULL: of no alert
  channel    TEXT NOT NULL,           -- 'mqtt'
  address    TEXT NOT NULL,           -- for mqtt: the topic
  payload    TEXT NOT NULL,           -- for mqtt: '' clears the retained message
  created_at INTEGER NOT NULL,
  sent_at    INTEGER
) STRICT;
INSERT INTO notification (id, site, alert, channel, address, payload, created_at, sent_at)
  SELECT id, site, alert, channel, address, payload, created_at, sent_at FROM notification_of_alerts;
DROP TABLE notification_of_alerts;
CREATE INDEX notification_waiting ON notification (id) WHERE sent_at IS NULL;
