-- How grave an alert was after each step of its trail: who was told of a fall is still told of it when the person is up again.
-- NULL: from before this was written down.
ALTER TABLE alert_event ADD COLUMN severity TEXT CHECK (severity IN ('low', 'medium', 'high'));
