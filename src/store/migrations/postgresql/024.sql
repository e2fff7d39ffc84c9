-- The marks of answered requests (record/gateway_marks.h) stand in the rows of the log, in the order in which they came, and
-- are folded from there, many at once, into a table in the order of the marks. A mark is 60 bits of the hash of before.
CREATE TABLE gateway_mark (
    id     BIGINT NOT NULL PRIMARY KEY,   -- of body and IdPeticion
    replay BIGINT NOT NULL,               -- of the signed message; 0 = none
    at     BIGINT NOT NULL
);
INSERT INTO gateway_mark (id, replay, at)
    SELECT ('x' || lpad(substr(hash, 1, 15), 16, '0'))::bit(64)::bigint AS mark,
           COALESCE(('x' || lpad(substr(replay, 1, 15), 16, '0'))::bit(64)::bigint, 0), at
    FROM gateway_seen WHERE true ORDER BY 1 ON CONFLICT DO NOTHING;
DROP TABLE gateway_seen;

-- Signed messages without an id of their own (polls), until their Timestamp refuses them anyway.
CREATE TABLE gateway_polled (
    id    BIGINT NOT NULL PRIMARY KEY,
    until BIGINT NOT NULL
);
INSERT INTO gateway_polled (id, until)
    SELECT ('x' || lpad(substr(hash, 1, 15), 16, '0'))::bit(64)::bigint AS mark,
           until
    FROM gateway_replay WHERE true ON CONFLICT DO NOTHING;
DROP TABLE gateway_replay;
CREATE INDEX gateway_polled_until ON gateway_polled (until);

ALTER TABLE gateway_log ADD COLUMN seen BIGINT;   -- mark of what was answered; NULL = none
ALTER TABLE gateway_log ADD COLUMN replay BIGINT;
ALTER TABLE gateway_log DROP COLUMN token;

-- One row: marks of the log's rows up to `last` are folded.
CREATE TABLE gateway_folded (
    last    BIGINT NOT NULL,
    emptied BIGINT NOT NULL               -- how often the log's numbers began anew
);
INSERT INTO gateway_folded (last, emptied) SELECT COALESCE(max(id), 0), 0 FROM gateway_log;
