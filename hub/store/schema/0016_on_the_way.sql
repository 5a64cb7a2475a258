-- Since when whoever took the alert is on the way, and since when they ask for more hands.
ALTER TABLE alert ADD COLUMN on_the_way_at INTEGER;
ALTER TABLE alert ADD COLUMN assistance_at INTEGER;
