-- Since when the other side refuses this very address for good, until it takes something again.
ALTER TABLE contact ADD COLUMN refused_at INTEGER;
