-- A phone that is not called any more without its person having wished so stays, marked, until they have seen it: an alarm
-- that is off is told of.
ALTER TABLE phone ADD COLUMN lost INTEGER NOT NULL DEFAULT 0;
DROP TRIGGER phone_goes_with_its_contact;
CREATE TRIGGER phone_is_lost_with_its_contact AFTER DELETE ON contact WHEN OLD.way = 'webpush'
BEGIN
  UPDATE phone SET lost = 1 WHERE site = OLD.site AND id = OLD.address AND person = OLD.person;
END;
