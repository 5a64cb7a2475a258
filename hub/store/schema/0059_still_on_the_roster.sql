-- What a roster's file that is in force left on the roster of people who are away by it: a task for leaders, as what was held back is.
ALTER TABLE held_roster ADD COLUMN still TEXT NOT NULL DEFAULT ''; -- shift:person, with spaces between; '' where the file was held back
