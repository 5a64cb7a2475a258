-- A proof's messages go by the lane of what is urgent, behind all that is real there, and make no sound.
ALTER TABLE summons ADD COLUMN proof INTEGER NOT NULL DEFAULT 0;
DROP INDEX summons_due;
CREATE INDEX summons_due ON summons (site, way, urgent, address, proof, attempts, next_at) WHERE next_at IS NOT NULL;
-- Also those who are only called later are written to.
ALTER TABLE proof ADD COLUMN everybody INTEGER NOT NULL DEFAULT 0;
-- The key that a phone was switched on with ('': before this was kept), since when its push service refuses us, and when it
-- did not answer a proof.
ALTER TABLE phone ADD COLUMN made_with TEXT NOT NULL DEFAULT '';
ALTER TABLE phone ADD COLUMN refused_at INTEGER;
ALTER TABLE phone ADD COLUMN silent_at INTEGER;
