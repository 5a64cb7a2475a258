-- Since when a device hangs where it does, of those that were placed before that was written down. The record of the site's changes tells
-- it: what came with a later version than the first hangs there since then, and brings what was heard from its address before. It is found
-- by what it is reached by, for its name may be another one by now.
CREATE TABLE told (site TEXT NOT NULL, gateway TEXT, address TEXT NOT NULL, version INTEGER NOT NULL, was_there INTEGER NOT NULL) STRICT;
INSERT INTO told SELECT site, json_extract(before, '$.gateway'), CAST(coalesce(json_extract(before, '$.address'), part) AS TEXT), version, 1
  FROM site_change WHERE section = 'devices' AND before IS NOT NULL;
INSERT INTO told SELECT site, json_extract(after, '$.gateway'), CAST(coalesce(json_extract(after, '$.address'), part) AS TEXT), version, 0
  FROM site_change WHERE section = 'devices' AND after IS NOT NULL;
CREATE INDEX told_address ON told (site, address);
UPDATE placement SET since = coalesce((
  SELECT min(version.imported_at, coalesce((
    SELECT min(first_heard_at) FROM device WHERE device.site = placement.site AND device.address = placement.address
      AND device.gateway IN (placement.gateway, iif(placement.also_native, 'native', placement.gateway))
  ), version.imported_at))
  FROM (
    SELECT version AS id, was_there FROM told WHERE told.site = placement.site AND told.address = placement.address
      AND told.gateway IS iif(placement.also_native, NULL, placement.gateway)
    ORDER BY version, was_there DESC LIMIT 1
  ) AS first JOIN site_version AS version ON version.id = first.id
  WHERE NOT first.was_there AND version.id > (SELECT min(id) FROM site_version WHERE site = placement.site)
), 0) WHERE since = 0;
DROP TABLE told;
