-- Synthetic alerts: each unit's chain from a sensor's message to a phone, tried at each change of shift and on demand.
CREATE TABLE proof (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  site         TEXT NOT NULL,
  unit         TEXT NOT NULL,
  asked_at     INTEGER NOT NULL,
  asked_by     TEXT,                  -- NULL: it was planned
  begun_at     INTEGER,               -- the hub took it up
  published_at INTEGER,               -- the broker took the virtual device's message
  refused      TEXT NOT NULL,         -- why it did not
  alert        INTEGER,               -- kept longer than the alert itself
  ended_at     INTEGER,
  result       TEXT CHECK (result IN ('held', 'in_part', 'broken')),
  leg          TEXT,                  -- where the chain broke
  reason       TEXT,
  record       TEXT NOT NULL,         -- JSON: each leg with its time, each message (rules/proof.py)
  CHECK ((ended_at IS NULL) = (result IS NULL))
) STRICT;
CREATE UNIQUE INDEX one_proof_at_a_time ON proof (site, unit) WHERE ended_at IS NULL;
CREATE INDEX proof_of_unit ON proof (site, unit, asked_at);

-- Hours in which nobody, or only somebody late, would be told: each a task that is done when it is gone.
CREATE TABLE gap (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  site       TEXT NOT NULL,
  unit       TEXT NOT NULL,
  reason     TEXT NOT NULL,           -- rules/reach.py
  subject    TEXT NOT NULL,           -- what it is about: a rule and room, a person, or '' for the whole unit
  found_at   INTEGER NOT NULL,
  next_at    INTEGER NOT NULL,        -- the first hour to come that it concerns
  hours      INTEGER NOT NULL,        -- of the week to come
  residents  INTEGER NOT NULL,        -- how many it concerns
  warning    INTEGER NOT NULL,        -- 1: somebody is told, and should not be the only one
  owner      TEXT,                    -- who sees to it
  due        INTEGER,                 -- by when
  gone_at    INTEGER                  -- the computation no longer finds it
) STRICT;
CREATE UNIQUE INDEX one_open_gap ON gap (site, unit, reason, subject) WHERE gone_at IS NULL;
