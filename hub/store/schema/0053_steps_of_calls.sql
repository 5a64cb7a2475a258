-- Which call a step of a trail tells of: that it reached nobody, who was called in stead, in which group nobody was.
ALTER TABLE alert_event ADD COLUMN of_call INTEGER;
UPDATE alert_event SET of_call = (
  SELECT max(call.seq) FROM alert_event AS call
  WHERE call.alert = alert_event.alert AND call.seq < alert_event.seq AND call.event IN ('called', 'called_in_vain')
    AND (alert_event.event <> 'reached_nobody' OR call.reason = alert_event.reason)
) WHERE event IN ('reached_nobody', 'called_instead', 'nobody_in');
