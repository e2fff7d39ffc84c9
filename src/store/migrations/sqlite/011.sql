-- What an action said before somebody corrected it, or took it back: a workbook that still has it brings it no more.
CREATE TABLE action_past (
    id        INTEGER NOT NULL PRIMARY KEY,
    action_id INTEGER NOT NULL,          -- of action; no longer there when it was taken back
    body_id   INTEGER NOT NULL REFERENCES body(id),
    day       TEXT NOT NULL,
    grp       TEXT NOT NULL,
    text      TEXT NOT NULL,
    ticket    TEXT NOT NULL,
    at        INTEGER NOT NULL,          -- when it stopped saying so, and by whom
    who       TEXT NOT NULL,
    withdrawn INTEGER NOT NULL
) STRICT;
CREATE INDEX action_past_body ON action_past (body_id, day);
