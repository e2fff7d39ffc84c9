-- Tickets that are kept here, when no other tracker is used: all that any tracker keeps.
CREATE TABLE ticket_series (
    project TEXT NOT NULL PRIMARY KEY,
    last    INTEGER NOT NULL              -- number of the newest ticket: keys have no gaps
) STRICT;
CREATE TABLE ticket (
    id          INTEGER NOT NULL PRIMARY KEY,
    project     TEXT NOT NULL,
    number      INTEGER NOT NULL,
    uid         TEXT NOT NULL UNIQUE,
    kind        TEXT NOT NULL,           -- renewal, migration, outage, other
    summary     TEXT NOT NULL,
    description TEXT NOT NULL,
    due         TEXT,
    day         TEXT NOT NULL,
    at          INTEGER NOT NULL,
    who         TEXT NOT NULL,
    closed      TEXT,                    -- the day; NULL while open
    closed_at   INTEGER,
    UNIQUE (project, number)
) STRICT;
CREATE TABLE ticket_note (
    id        INTEGER NOT NULL PRIMARY KEY,
    ticket_id INTEGER NOT NULL REFERENCES ticket(id),
    marker    TEXT NOT NULL UNIQUE,
    text      TEXT NOT NULL,
    at        INTEGER NOT NULL,
    who       TEXT NOT NULL
) STRICT;
CREATE INDEX ticket_note_of ON ticket_note (ticket_id, id);
CREATE TABLE ticket_watcher (
    ticket_id INTEGER NOT NULL REFERENCES ticket(id),
    name      TEXT NOT NULL,
    PRIMARY KEY (ticket_id, name)
) STRICT;
-- Both directions: one row each.
CREATE TABLE ticket_link (
    ticket_id INTEGER NOT NULL REFERENCES ticket(id),
    other_id  INTEGER NOT NULL REFERENCES ticket(id),
    PRIMARY KEY (ticket_id, other_id)
) STRICT;
CREATE TABLE ticket_file (
    id        INTEGER NOT NULL PRIMARY KEY,
    ticket_id INTEGER NOT NULL REFERENCES ticket(id),
    name      TEXT NOT NULL,
    type      TEXT NOT NULL,
    size      INTEGER NOT NULL,
    content   TEXT NOT NULL,             -- base64
    at        INTEGER NOT NULL,
    who       TEXT NOT NULL,
    UNIQUE (ticket_id, name, size)
) STRICT;
