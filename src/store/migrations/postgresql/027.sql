-- Phases of good runs in hours, days and months: their number, and µs of all of them together. Sums of before have none.
ALTER TABLE probe_sum ADD COLUMN good BIGINT NOT NULL DEFAULT 0;
ALTER TABLE probe_sum ADD COLUMN us_dns BIGINT NOT NULL DEFAULT 0;
ALTER TABLE probe_sum ADD COLUMN us_tcp BIGINT NOT NULL DEFAULT 0;
ALTER TABLE probe_sum ADD COLUMN us_tls BIGINT NOT NULL DEFAULT 0;
ALTER TABLE probe_sum ADD COLUMN us_http BIGINT NOT NULL DEFAULT 0;
ALTER TABLE probe_sum ADD COLUMN us_rest BIGINT NOT NULL DEFAULT 0;
-- What the certificate and the responder said of themselves in the last run.
ALTER TABLE probe ADD COLUMN facts TEXT NOT NULL DEFAULT '';
