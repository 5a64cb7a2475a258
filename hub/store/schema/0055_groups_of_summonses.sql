-- For which groups of its call a message goes to somebody ("assigned, unit"), or 'in_stead' of those; '': not written down.
ALTER TABLE summons ADD COLUMN groups TEXT NOT NULL DEFAULT '';
