-- The marks of answered requests (record/gateway_marks.h) stand in the rows of the log, in the order in which they came, and
-- are folded from there, many at once, into a table in the order of the marks. A mark is 60 bits of the hash of before.
CREATE TABLE gateway_mark (
    id     INTEGER NOT NULL PRIMARY KEY,   -- of body and IdPeticion
    replay INTEGER NOT NULL,               -- of the signed message; 0 = none
    at     INTEGER NOT NULL
) STRICT;
INSERT INTO gateway_mark (id, replay, at)
    SELECT (((instr('0123456789abcdef', substr(hash, 1, 1)) - 1) << 56) | ((instr('0123456789abcdef', substr(hash, 2, 1)) - 1) << 52) | ((instr('0123456789abcdef', substr(hash, 3, 1)) - 1) << 48) | ((instr('0123456789abcdef', substr(hash, 4, 1)) - 1) << 44) | ((instr('0123456789abcdef', substr(hash, 5, 1)) - 1) << 40) | ((instr('0123456789abcdef', substr(hash, 6, 1)) - 1) << 36) | ((instr('0123456789abcdef', substr(hash, 7, 1)) - 1) << 32) | ((instr('0123456789abcdef', substr(hash, 8, 1)) - 1) << 28) | ((instr('0123456789abcdef', substr(hash, 9, 1)) - 1) << 24) | ((instr('0123456789abcdef', substr(hash, 10, 1)) - 1) << 20) | ((instr('0123456789abcdef', substr(hash, 11, 1)) - 1) << 16) | ((instr('0123456789abcdef', substr(hash, 12, 1)) - 1) << 12) | ((instr('0123456789abcdef', substr(hash, 13, 1)) - 1) << 8) | ((instr('0123456789abcdef', substr(hash, 14, 1)) - 1) << 4) | ((instr('0123456789abcdef', substr(hash, 15, 1)) - 1) << 0)) AS mark,
           COALESCE((((instr('0123456789abcdef', substr(replay, 1, 1)) - 1) << 56) | ((instr('0123456789abcdef', substr(replay, 2, 1)) - 1) << 52) | ((instr('0123456789abcdef', substr(replay, 3, 1)) - 1) << 48) | ((instr('0123456789abcdef', substr(replay, 4, 1)) - 1) << 44) | ((instr('0123456789abcdef', substr(replay, 5, 1)) - 1) << 40) | ((instr('0123456789abcdef', substr(replay, 6, 1)) - 1) << 36) | ((instr('0123456789abcdef', substr(replay, 7, 1)) - 1) << 32) | ((instr('0123456789abcdef', substr(replay, 8, 1)) - 1) << 28) | ((instr('0123456789abcdef', substr(replay, 9, 1)) - 1) << 24) | ((instr('0123456789abcdef', substr(replay, 10, 1)) - 1) << 20) | ((instr('0123456789abcdef', substr(replay, 11, 1)) - 1) << 16) | ((instr('0123456789abcdef', substr(replay, 12, 1)) - 1) << 12) | ((instr('0123456789abcdef', substr(replay, 13, 1)) - 1) << 8) | ((instr('0123456789abcdef', substr(replay, 14, 1)) - 1) << 4) | ((instr('0123456789abcdef', substr(replay, 15, 1)) - 1) << 0)), 0), at
    FROM gateway_seen WHERE true ORDER BY 1 ON CONFLICT DO NOTHING;
DROP TABLE gateway_seen;

-- Signed messages without an id of their own (polls), until their Timestamp refuses them anyway.
CREATE TABLE gateway_polled (
    id    INTEGER NOT NULL PRIMARY KEY,
    until INTEGER NOT NULL
) STRICT;
INSERT INTO gateway_polled (id, until)
    SELECT (((instr('0123456789abcdef', substr(hash, 1, 1)) - 1) << 56) | ((instr('0123456789abcdef', substr(hash, 2, 1)) - 1) << 52) | ((instr('0123456789abcdef', substr(hash, 3, 1)) - 1) << 48) | ((instr('0123456789abcdef', substr(hash, 4, 1)) - 1) << 44) | ((instr('0123456789abcdef', substr(hash, 5, 1)) - 1) << 40) | ((instr('0123456789abcdef', substr(hash, 6, 1)) - 1) << 36) | ((instr('0123456789abcdef', substr(hash, 7, 1)) - 1) << 32) | ((instr('0123456789abcdef', substr(hash, 8, 1)) - 1) << 28) | ((instr('0123456789abcdef', substr(hash, 9, 1)) - 1) << 24) | ((instr('0123456789abcdef', substr(hash, 10, 1)) - 1) << 20) | ((instr('0123456789abcdef', substr(hash, 11, 1)) - 1) << 16) | ((instr('0123456789abcdef', substr(hash, 12, 1)) - 1) << 12) | ((instr('0123456789abcdef', substr(hash, 13, 1)) - 1) << 8) | ((instr('0123456789abcdef', substr(hash, 14, 1)) - 1) << 4) | ((instr('0123456789abcdef', substr(hash, 15, 1)) - 1) << 0)) AS mark,
           until
    FROM gateway_replay WHERE true ON CONFLICT DO NOTHING;
DROP TABLE gateway_replay;
CREATE INDEX gateway_polled_until ON gateway_polled (until);

ALTER TABLE gateway_log ADD COLUMN seen INTEGER;   -- mark of what was answered; NULL = none
ALTER TABLE gateway_log ADD COLUMN replay INTEGER;
ALTER TABLE gateway_log DROP COLUMN token;

-- One row: marks of the log's rows up to `last` are folded.
CREATE TABLE gateway_folded (
    last    INTEGER NOT NULL,
    emptied INTEGER NOT NULL               -- how often the log's numbers began anew
) STRICT;
INSERT INTO gateway_folded (last, emptied) SELECT COALESCE(max(id), 0), 0 FROM gateway_log;
