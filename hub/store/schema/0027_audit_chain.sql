-- Each entry of the audit trail is tied to the one before it. `digest` is of the entry and a salt of its own; `chain` of the chain before
-- and that digest. What is erased (a resident's own) loses content and salt, and the chain still holds. Entries from before have none.
ALTER TABLE audit ADD COLUMN salt BLOB;
ALTER TABLE audit ADD COLUMN digest BLOB;
ALTER TABLE audit ADD COLUMN chain BLOB;
CREATE INDEX audit_at ON audit (site, at);
