-- For which groups of its call a message goes to somebody ("assigned, unit"); '': in stead of those, or not written down.
ALTER TABLE summons ADD COLUMN groups TEXT NOT NULL DEFAULT '';
