-- Vendors' own LoRaWAN codecs, every version that was uploaded; the newest of a name is in force.
CREATE TABLE codec (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  site        TEXT NOT NULL,
  name        TEXT NOT NULL,          -- a part of brand and model as the network server writes them, or a device's address
  source      TEXT NOT NULL,          -- JavaScript; '' takes it back
  uploaded_by TEXT NOT NULL,
  uploaded_at INTEGER NOT NULL
) STRICT;
CREATE INDEX codec_name ON codec (site, name, id);
