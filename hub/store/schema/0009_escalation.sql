-- How far the calls for each open alert have come: its own copy of the plan, and when the next call is made.
CREATE TABLE alert_escalation (
  alert INTEGER PRIMARY KEY REFERENCES alert (id),
  state BLOB NOT NULL,                -- rules/escalation.py: Escalation, as JSON
  due   INTEGER                       -- NULL while somebody has the alert
) STRICT;
CREATE INDEX alert_escalation_due ON alert_escalation (due) WHERE due IS NOT NULL;
