-- What showed, when the alert was raised, that more than one person was there: JSON list of evidence, empty where nothing did.
ALTER TABLE alert ADD COLUMN others TEXT NOT NULL DEFAULT '[]';
