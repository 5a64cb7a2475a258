-- Phones and browsers that are called by Web Push. Each is a contact of its person too (way 'webpush', its id
-- the address) and goes with that contact.
CREATE TABLE phone (
  site         TEXT NOT NULL,
  id           TEXT NOT NULL,         -- follows from the endpoint (hub/phones.py)
  person       TEXT NOT NULL,
  endpoint     TEXT NOT NULL,         -- where its push service takes messages for it
  public_key   BLOB NOT NULL,         -- p256dh: a point of P-256, uncompressed
  auth         BLOB NOT NULL,
  device       TEXT NOT NULL,         -- what it is, for the person to tell it by
  added_at     INTEGER NOT NULL,
  tested_at    INTEGER,
  delivered_at INTEGER,               -- when it last said that a message had arrived
  PRIMARY KEY (site, id)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER phone_goes_with_its_contact AFTER DELETE ON contact WHEN OLD.way = 'webpush'
BEGIN
  DELETE FROM phone WHERE site = OLD.site AND id = OLD.address;
END;
