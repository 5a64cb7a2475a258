-- A number that was given is never given again, also after its row was deleted. The audit trail names shifts and notes by it, pages and
-- programs end absences, notes and held rosters by it, and whoever follows the alerts' steps or the residents' standing remembers the
-- last one: after an erasure that took the newest steps, the next alert's calls came before that, and nobody was called.
CREATE TABLE shift_again (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  site       TEXT NOT NULL,
  person     TEXT NOT NULL,
  units      TEXT NOT NULL,           -- JSON list; empty: the whole house
  function   TEXT NOT NULL CHECK (function IN ('carer', 'night_patrol', 'leader')),
  starts_at  INTEGER NOT NULL,
  ends_at    INTEGER NOT NULL,
  residents  TEXT NOT NULL,           -- JSON list of pseudonyms: whom they look after themselves
  source     TEXT NOT NULL CHECK (source IN ('roster', 'signed_in')),
  key        TEXT NOT NULL DEFAULT '',  -- what its calendar calls it
  calendar   TEXT NOT NULL DEFAULT '',
  instead_of TEXT NOT NULL DEFAULT '[]',  -- JSON list of persons
  CHECK (starts_at < ends_at)
) STRICT;
INSERT INTO shift_again SELECT id, site, person, units, function, starts_at, ends_at, residents, source, key, calendar, instead_of
  FROM shift;
DROP TABLE shift;
ALTER TABLE shift_again RENAME TO shift;
CREATE INDEX shift_at ON shift (site, ends_at);
CREATE UNIQUE INDEX shift_key ON shift (site, key) WHERE key <> '';

CREATE TABLE staff_absence_again (
  id        INTEGER PRIMARY KEY AUTOINCREMENT,
  site      TEXT NOT NULL,
  person    TEXT NOT NULL,
  starts_at INTEGER NOT NULL,
  ends_at   INTEGER NOT NULL,
  said_by   TEXT NOT NULL,
  CHECK (starts_at < ends_at)
) STRICT;
INSERT INTO staff_absence_again SELECT id, site, person, starts_at, ends_at, said_by FROM staff_absence;
DROP TABLE staff_absence;
ALTER TABLE staff_absence_again RENAME TO staff_absence;
CREATE INDEX staff_absence_until ON staff_absence (site, ends_at);

CREATE TABLE hand_over_note_again (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  site       TEXT NOT NULL,
  unit       TEXT NOT NULL,           -- '': the whole house
  resident   TEXT,                    -- a pseudonym; NULL: about the unit
  words      TEXT NOT NULL,
  written_by TEXT NOT NULL,
  written_at INTEGER NOT NULL,
  ends_at    INTEGER NOT NULL,
  ended_by   TEXT                     -- NULL: by itself
) STRICT;
INSERT INTO hand_over_note_again SELECT id, site, unit, resident, words, written_by, written_at, ends_at, ended_by FROM hand_over_note;
DROP TABLE hand_over_note;
ALTER TABLE hand_over_note_again RENAME TO hand_over_note;
CREATE INDEX hand_over_note_until ON hand_over_note (site, ends_at);

CREATE TABLE held_roster_again (
  id       INTEGER PRIMARY KEY AUTOINCREMENT,
  site     TEXT NOT NULL,
  calendar TEXT NOT NULL,               -- as on a shift
  at       INTEGER NOT NULL,
  by       TEXT,                        -- a person, a program; NULL where nobody said
  lost     INTEGER NOT NULL,
  total    INTEGER NOT NULL,
  units    TEXT NOT NULL,               -- ids with spaces between; '' is the whole house
  UNIQUE (site, calendar)
) STRICT;
INSERT INTO held_roster_again SELECT id, site, calendar, at, by, lost, total, units FROM held_roster;
DROP TABLE held_roster;
ALTER TABLE held_roster_again RENAME TO held_roster;

CREATE TABLE protection_again (
  seq      INTEGER PRIMARY KEY AUTOINCREMENT,
  site     TEXT NOT NULL,
  resident TEXT NOT NULL,
  state    TEXT NOT NULL CHECK (state IN ('protected', 'degraded', 'unprotected')),
  why      TEXT NOT NULL,
  since    INTEGER NOT NULL
) STRICT;
INSERT INTO protection_again SELECT seq, site, resident, state, why, since FROM protection;
DROP TABLE protection;
ALTER TABLE protection_again RENAME TO protection;
CREATE INDEX protection_resident ON protection (site, resident, seq);

-- Messages belong to a step: they move with it, and keep the last number that was given to one.
CREATE TABLE alert_event_again (
  seq      INTEGER PRIMARY KEY AUTOINCREMENT,
  alert    INTEGER NOT NULL REFERENCES alert (id),
  at       INTEGER NOT NULL,
  event    TEXT NOT NULL,               -- 'raised' or an event of rules/alert.py
  by       TEXT,                        -- person id; NULL: the hub
  reason   TEXT NOT NULL,
  severity TEXT CHECK (severity IN ('low', 'medium', 'high'))
) STRICT;
INSERT INTO alert_event_again SELECT seq, alert, at, event, by, reason, severity FROM alert_event;
CREATE TABLE summons_again (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  site         TEXT NOT NULL,
  alert        INTEGER NOT NULL REFERENCES alert (id),
  event        INTEGER NOT NULL REFERENCES alert_event_again (seq),  -- renamed below
  person       TEXT NOT NULL,
  way          TEXT NOT NULL,
  address      TEXT NOT NULL,
  urgent       INTEGER NOT NULL,      -- 1: high
  subject      TEXT NOT NULL,
  body         TEXT NOT NULL,
  created_at   INTEGER NOT NULL,
  attempts     INTEGER NOT NULL DEFAULT 0,
  next_at      INTEGER,               -- NULL: nothing more is tried
  sent_at      INTEGER,
  failure      TEXT,                  -- why the last attempt failed, or why nothing more is tried
  delivered_at INTEGER,               -- where the way tells
  seen_at      INTEGER,               -- they opened the alert, or a board with it
  accepted_at  INTEGER,               -- they took the alert
  held         TEXT,                  -- why it did not go out at once (rules/summons.py); NULL: it did
  bundle       INTEGER,               -- the summons under whose id these go out as one message
  proof        INTEGER NOT NULL DEFAULT 0,
  UNIQUE (event, person, way, address),
  CHECK (sent_at IS NULL OR next_at IS NULL)  -- never both sent and waiting
) STRICT;
INSERT INTO sqlite_sequence (name, seq) SELECT 'summons_again', seq FROM sqlite_sequence WHERE name = 'summons';
INSERT INTO summons_again SELECT id, site, alert, event, person, way, address, urgent, subject, body, created_at, attempts, next_at,
  sent_at, failure, delivered_at, seen_at, accepted_at, held, bundle, proof FROM summons;
DROP TABLE summons;
DROP TABLE alert_event;
ALTER TABLE alert_event_again RENAME TO alert_event;
ALTER TABLE summons_again RENAME TO summons;
CREATE INDEX alert_event_alert ON alert_event (alert);
CREATE INDEX summons_alert ON summons (alert);
CREATE INDEX summons_bundle ON summons (bundle) WHERE bundle IS NOT NULL;
CREATE INDEX summons_person ON summons (site, person, created_at);
CREATE INDEX summons_due ON summons (site, way, urgent, address, proof, attempts, next_at) WHERE next_at IS NOT NULL;

-- What was given and deleted before is not given again either, as far as anything still tells.
CREATE TABLE given (name TEXT NOT NULL, seq INTEGER NOT NULL) STRICT;
INSERT INTO given SELECT name, seq FROM sqlite_sequence WHERE name IN ('shift', 'hand_over_note', 'alert_event', 'protection');
INSERT INTO given SELECT 'alert_event', seq FROM summons_cursor;
INSERT INTO given SELECT 'alert_event', seq FROM relative_cursor;
INSERT INTO given SELECT 'alert_event', seq FROM history_cursor WHERE destination LIKE '%#alerts';
INSERT INTO given SELECT iif(source = 'alerts', 'alert_event', 'protection'), seq FROM event_cursor WHERE source IN ('alerts', 'protection');
INSERT INTO given SELECT 'shift', coalesce(max(CAST(iif(json_valid(detail), json_extract(detail, '$.shift'), 0) AS INTEGER)), 0) FROM audit
  WHERE what IN ('shift added', 'shift changed', 'shift removed');
INSERT INTO given SELECT 'hand_over_note', coalesce(max(CAST(iif(json_valid(detail), json_extract(detail, '$.note'), 0) AS INTEGER)), 0) FROM audit
  WHERE what IN ('note written', 'note ended');
DELETE FROM sqlite_sequence WHERE name IN ('shift', 'hand_over_note', 'alert_event', 'protection');
INSERT INTO sqlite_sequence (name, seq) SELECT name, max(seq) FROM given GROUP BY name;
DROP TABLE given;
