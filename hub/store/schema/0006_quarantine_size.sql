-- How many rows the quarantine has: counting them for every message that is set aside would take milliseconds.
CREATE TABLE quarantine_size (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  rows INTEGER NOT NULL
) STRICT;

INSERT INTO quarantine_size SELECT 1, count(*) FROM quarantine;

CREATE TRIGGER quarantine_grows AFTER INSERT ON quarantine BEGIN
  UPDATE quarantine_size SET rows = rows + 1;
END;

CREATE TRIGGER quarantine_shrinks AFTER DELETE ON quarantine BEGIN
  UPDATE quarantine_size SET rows = rows - 1;
END;
