-- Renewals as they go: stages, consumed thresholds, corrections; what a case keeps from its first warning on.

ALTER TABLE renewal_case ADD COLUMN ticket TEXT NOT NULL DEFAULT '';     -- key in the tracker
ALTER TABLE renewal_case ADD COLUMN ticket_uid TEXT NOT NULL DEFAULT ''; -- found again by it after a crash
ALTER TABLE renewal_case ADD COLUMN subject TEXT NOT NULL DEFAULT '';    -- frozen with the first message
ALTER TABLE renewal_case ADD COLUMN closing TEXT NOT NULL DEFAULT '';    -- how it ended
ALTER TABLE renewal_case ADD COLUMN closed_at INTEGER;
ALTER TABLE renewal_case ADD COLUMN closed_who TEXT NOT NULL DEFAULT '';
CREATE INDEX renewal_case_open ON renewal_case (body_id) WHERE closed IS NULL;

-- A threshold of a renewal that a message has told, or that was told before the desk's time. Each one once.
CREATE TABLE consumed (
    renewal_id INTEGER NOT NULL REFERENCES renewal(id),
    threshold  INTEGER NOT NULL,         -- days
    message_id INTEGER,                  -- the message that told it; NULL: source says how we know
    source     TEXT NOT NULL,
    day        TEXT NOT NULL,
    at         INTEGER NOT NULL,
    who        TEXT NOT NULL,
    PRIMARY KEY (renewal_id, threshold)
) STRICT;
CREATE INDEX consumed_message ON consumed (message_id);

-- How far a renewal is (procedure A3: answered, received, installed, registry updated, checked). Never deleted.
CREATE TABLE renewal_stage (
    id         INTEGER NOT NULL PRIMARY KEY,
    renewal_id INTEGER NOT NULL REFERENCES renewal(id),
    stage      TEXT NOT NULL,            -- answered, received, installed, registry, checked
    day        TEXT NOT NULL,
    note       TEXT NOT NULL,
    source     TEXT NOT NULL,            -- '' = a person; else where it was seen
    at         INTEGER NOT NULL,
    who        TEXT NOT NULL,
    undone     TEXT,                     -- the day it was taken back
    undone_why TEXT NOT NULL DEFAULT '',
    undone_who TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX renewal_stage_renewal ON renewal_stage (renewal_id);

-- A declared date that was a typing mistake: the renewal goes on under the right one.
CREATE TABLE correction (
    id         INTEGER NOT NULL PRIMARY KEY,
    renewal_id INTEGER NOT NULL REFERENCES renewal(id),
    wrong      TEXT NOT NULL,
    corrected  TEXT NOT NULL,
    reason     TEXT NOT NULL,
    day        TEXT NOT NULL,
    at         INTEGER NOT NULL,
    who        TEXT NOT NULL,
    undone     TEXT,
    undone_why TEXT NOT NULL DEFAULT '',
    undone_who TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX correction_renewal ON correction (renewal_id);

-- What was seen of a renewal, each state once: when it was first so.
CREATE TABLE evidence (
    renewal_id INTEGER NOT NULL REFERENCES renewal(id),
    outcome    TEXT NOT NULL,            -- codes of core/evidence.h
    day        TEXT NOT NULL,
    at         INTEGER NOT NULL,
    who        TEXT NOT NULL,
    PRIMARY KEY (renewal_id, outcome)
) STRICT;
