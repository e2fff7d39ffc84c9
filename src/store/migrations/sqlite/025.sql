-- What fails together for the same runbook has one ticket and one mail to the provider: those of the incident that
-- began. NULL: it is such a one.
ALTER TABLE incident ADD COLUMN leader_id INTEGER REFERENCES incident(id);
-- Of its failures soon after a recovery, those that people were told, or of which they need not be told.
ALTER TABLE incident ADD COLUMN again_told INTEGER NOT NULL DEFAULT 0;
CREATE INDEX incident_leader ON incident (leader_id);
DROP INDEX incident_untold;
CREATE INDEX incident_untold ON incident (id) WHERE closed IS NOT NULL AND (over_told = 0 OR ticket_ready = 0 OR (mail_id IS NOT NULL AND mail_over_id IS NULL));
