-- What was done to a contact, and how it stood afterwards: its history (the contact itself is how it stands now).
CREATE TABLE contact_change (
    id         INTEGER NOT NULL PRIMARY KEY,
    contact_id INTEGER NOT NULL REFERENCES contact(id),
    body_id    INTEGER NOT NULL REFERENCES body(id),
    what       TEXT NOT NULL,            -- added, changed, retired, returned
    name       TEXT NOT NULL,
    email      TEXT NOT NULL,
    role       TEXT NOT NULL,
    lang       TEXT NOT NULL,
    reason     TEXT NOT NULL,
    day        TEXT NOT NULL,
    at         INTEGER NOT NULL,
    who        TEXT NOT NULL
) STRICT;
CREATE INDEX contact_change_contact ON contact_change (contact_id);
CREATE INDEX contact_change_body ON contact_change (body_id);
CREATE INDEX contact_change_at ON contact_change (at);

-- A person says that a body stays out of warnings and report, or is in although the profile excludes it.
CREATE TABLE exclusion (
    id            INTEGER NOT NULL PRIMARY KEY,
    body_id       INTEGER NOT NULL REFERENCES body(id),
    leaves_out    INTEGER NOT NULL,          -- 0: it is in, whatever the profile says
    code          TEXT NOT NULL,            -- a reason of the profile, or 'person'
    reason        TEXT NOT NULL,
    until         TEXT,                     -- its last day
    day           TEXT NOT NULL,
    at            INTEGER NOT NULL,
    who           TEXT NOT NULL,
    lifted        TEXT,                     -- no longer in force from this day on
    lifted_reason TEXT,
    lifted_at     INTEGER,
    lifted_who    TEXT
) STRICT;
CREATE INDEX exclusion_body ON exclusion (body_id);
CREATE UNIQUE INDEX exclusion_one_open ON exclusion (body_id) WHERE lifted IS NULL;

-- Texts of the profile that were written at the desk: every version; the last one of a name and language is in force.
CREATE TABLE text_version (
    id     INTEGER NOT NULL PRIMARY KEY,
    name   TEXT NOT NULL,                -- warning-single, report-mail, ...
    lang   TEXT NOT NULL,
    text   TEXT,                         -- NULL: from here on the profile's file again
    reason TEXT NOT NULL,
    day    TEXT NOT NULL,
    at     INTEGER NOT NULL,
    who    TEXT NOT NULL
) STRICT;
CREATE INDEX text_version_name ON text_version (name, lang);

-- Writes of programs that may be repeated: what was answered to each key.
CREATE TABLE idempotency (
    id         INTEGER NOT NULL PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES account(id),
    key        TEXT NOT NULL,
    request    TEXT NOT NULL,            -- hash of what was asked
    status     INTEGER NOT NULL,           -- 0: it has begun and no answer is kept
    answer     TEXT NOT NULL,
    etag       TEXT NOT NULL,
    at         INTEGER NOT NULL,
    UNIQUE (account_id, key)
) STRICT;
CREATE INDEX idempotency_at ON idempotency (at);
