-- Relatives may read nynorsk. The column is made anew: dropping the table would take bonds and consents with it.
ALTER TABLE relative RENAME COLUMN language TO language_before;
ALTER TABLE relative ADD COLUMN language TEXT NOT NULL DEFAULT 'nb' CHECK (language IN ('nb', 'nn', 'en'));
UPDATE relative SET language = language_before;
ALTER TABLE relative DROP COLUMN language_before;
