-- Phases of good runs in hours, days and months: their number, and µs of all of them together. Sums of before have none.
ALTER TABLE probe_sum ADD COLUMN good INTEGER NOT NULL DEFAULT 0;
ALTER TABLE probe_sum ADD COLUMN us_dns INTEGER NOT NULL DEFAULT 0;
ALTER TABLE probe_sum ADD COLUMN us_tcp INTEGER NOT NULL DEFAULT 0;
ALTER TABLE probe_sum ADD COLUMN us_tls INTEGER NOT NULL DEFAULT 0;
ALTER TABLE probe_sum ADD COLUMN us_http INTEGER NOT NULL DEFAULT 0;
ALTER TABLE probe_sum ADD COLUMN us_rest INTEGER NOT NULL DEFAULT 0;
-- What the certificate and the responder said of themselves in the last run.
ALTER TABLE probe ADD COLUMN facts TEXT NOT NULL DEFAULT '';
