-- What was written before messages kept their groups: those to whoever was called in stead are marked as such now.
UPDATE summons SET groups = 'in_stead' WHERE groups = '' AND EXISTS (
  SELECT 1 FROM alert_event AS step
  WHERE step.event = 'called_instead' AND step.of_call = summons.event
    AND instr(', ' || step.reason || ', ', ', ' || summons.person || ', ') > 0
);
