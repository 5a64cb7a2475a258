-- In whose place somebody said that they came as they signed in to a shift (JSON list of persons). All others who are planned go on
-- being called.
ALTER TABLE shift ADD COLUMN instead_of TEXT NOT NULL DEFAULT '[]';
