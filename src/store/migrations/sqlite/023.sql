-- The CDA of an integration that is in force is watched, and another one takes its place (core/integration.h).
ALTER TABLE integration_file ADD COLUMN until INTEGER;       -- a CDA whose place was taken counts until then
ALTER TABLE integration_production ADD COLUMN until INTEGER; -- the same, for production
-- What was told of a CDA, each once: a threshold in days, 'revoked', or 'answered' by the requester.
CREATE TABLE integration_notice (
    file_id INTEGER NOT NULL REFERENCES integration_file(id),
    what    TEXT NOT NULL,
    at      INTEGER NOT NULL,
    who     TEXT NOT NULL,
    PRIMARY KEY (file_id, what)
) STRICT, WITHOUT ROWID;
