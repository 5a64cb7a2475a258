-- Which calendar a shift came from: what vanished from that calendar is taken off the roster.
ALTER TABLE shift ADD COLUMN calendar TEXT NOT NULL DEFAULT '';
