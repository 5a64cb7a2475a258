-- Who signs in by another one's word (OpenID Connect): which subject of which issuer is which person.
CREATE TABLE identity (
  site      TEXT NOT NULL,
  person    TEXT NOT NULL,
  issuer    TEXT NOT NULL,
  subject   TEXT NOT NULL,
  linked_by TEXT NOT NULL,
  linked_at INTEGER NOT NULL,
  PRIMARY KEY (site, person, issuer)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX identity_subject ON identity (site, issuer, subject);
