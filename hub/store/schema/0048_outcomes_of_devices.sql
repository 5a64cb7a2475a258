-- An alert about a device, or about the alerting itself, ends in words of its own (rules/outcomes.py). Only a check of the
-- table is widened, which changes nothing of what is on the disk: SQLite's own way for that is to write its text anew
-- (https://sqlite.org/lang_altertable.html, 7).
PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET sql = replace(
  sql,
  '''no_help_needed'', ''false_alarm''',
  '''no_help_needed'', ''battery_changed'', ''mended'', ''handed_to_technician'', ''false_alarm''')
  WHERE type = 'table' AND name = 'alert';
PRAGMA writable_schema = RESET;
-- Other connections read the schema again after a change of it.
DROP INDEX alert_recent;
CREATE INDEX alert_recent ON alert (site, last_at);
UPDATE alert SET outcome = CASE outcome WHEN 'helped' THEN 'mended' ELSE 'false_alarm' END
  WHERE outcome IN ('helped', 'no_help_needed') AND (rule = 'not-heard' OR rule LIKE 'fault-%');
