-- Emergency access to those who live in one room, where that is enough. NULL: the whole unit.
ALTER TABLE emergency_access ADD COLUMN room TEXT;
