CREATE TABLE schema_version (
    version    INTEGER NOT NULL PRIMARY KEY,
    applied_at INTEGER NOT NULL
) STRICT;

-- Where values come from: every import, with its source, day and result.
CREATE TABLE import (
    id        INTEGER NOT NULL PRIMARY KEY,
    kind      TEXT NOT NULL,             -- registry, contacts, bodies, workbook
    source    TEXT NOT NULL,             -- file name or odbc:DSN, without secrets
    day       TEXT NOT NULL,             -- the day the rules used (--on)
    at        INTEGER NOT NULL,
    who       TEXT NOT NULL,
    row_count INTEGER NOT NULL DEFAULT 0,
    added     INTEGER NOT NULL DEFAULT 0,
    changed   INTEGER NOT NULL DEFAULT 0,
    vanished  INTEGER NOT NULL DEFAULT 0,
    refused   INTEGER NOT NULL DEFAULT 0
) STRICT;

-- What the registry declares now. One row per body, never deleted; import_id and import_row say where the
-- values stand. `key` is what identifies a body when the source gives no row id (procedure A1).
CREATE TABLE body (
    id           INTEGER NOT NULL PRIMARY KEY,
    key          TEXT NOT NULL,
    source_id    TEXT NOT NULL,        -- '' when the source gives none
    description  TEXT NOT NULL,
    province     TEXT NOT NULL,
    municipality TEXT NOT NULL,
    platform     INTEGER NOT NULL,       -- enum platform
    endpoint     TEXT NOT NULL,
    ine10        TEXT,                   -- only when the source gives it; else matched to the directory
    cds          TEXT,                   -- declared expiry dates
    cda          TEXT,
    import_id    INTEGER NOT NULL REFERENCES import(id),
    import_row   INTEGER NOT NULL,
    gone_import  INTEGER REFERENCES import(id), -- the first import that no longer had it
    UNIQUE (key, source_id)
) STRICT;
CREATE UNIQUE INDEX body_source_id ON body (source_id) WHERE source_id <> '';

-- What it declared before: valid from import_id until the import that changed it.
CREATE TABLE body_past (
    body_id      INTEGER NOT NULL REFERENCES body(id),
    until_import INTEGER NOT NULL REFERENCES import(id),
    key          TEXT NOT NULL,
    source_id    TEXT NOT NULL,
    description  TEXT NOT NULL,
    province     TEXT NOT NULL,
    municipality TEXT NOT NULL,
    platform     INTEGER NOT NULL,
    endpoint     TEXT NOT NULL,
    ine10        TEXT,
    cds          TEXT,
    cda          TEXT,
    import_id    INTEGER NOT NULL REFERENCES import(id),
    import_row   INTEGER NOT NULL,
    gone_import  INTEGER REFERENCES import(id),
    PRIMARY KEY (body_id, until_import)
) STRICT;

-- The list of public bodies with their official codes.
CREATE TABLE directory (
    name_key     TEXT NOT NULL PRIMARY KEY,
    name         TEXT NOT NULL,
    ine10        TEXT,
    kind         TEXT NOT NULL,          -- town, county, provincial, other
    province     TEXT NOT NULL,          -- two digits, '' when none
    municipality TEXT NOT NULL           -- three digits, '' when none
) STRICT;

CREATE TABLE contact (
    id      INTEGER NOT NULL PRIMARY KEY,
    body_id INTEGER NOT NULL REFERENCES body(id),
    name    TEXT NOT NULL,
    email   TEXT NOT NULL,
    role    TEXT NOT NULL,
    lang    TEXT NOT NULL,
    day     TEXT NOT NULL,               -- since when
    at      INTEGER NOT NULL,
    who     TEXT NOT NULL,
    until   TEXT,                        -- no longer used from this day on
    UNIQUE (body_id, email)
) STRICT;

-- A person says that a body's dates cannot be verified (procedure A1).
CREATE TABLE mark (
    id           INTEGER NOT NULL PRIMARY KEY,
    body_id      INTEGER NOT NULL REFERENCES body(id),
    reason       TEXT NOT NULL,
    day          TEXT NOT NULL,
    at           INTEGER NOT NULL,
    who          TEXT NOT NULL,
    until        TEXT,
    until_reason TEXT,
    until_at     INTEGER,
    until_who    TEXT
) STRICT;
CREATE UNIQUE INDEX mark_one_open ON mark (body_id) WHERE until IS NULL;

CREATE TABLE outage (
    id         INTEGER NOT NULL PRIMARY KEY,
    body_id    INTEGER NOT NULL REFERENCES body(id),
    error      TEXT NOT NULL,
    since      TEXT NOT NULL,
    at         INTEGER NOT NULL,
    who        TEXT NOT NULL,
    source     TEXT NOT NULL,            -- '' = a person; else the workbook it came from
    closed     TEXT,
    closing    TEXT,
    closed_at  INTEGER,
    closed_who TEXT
) STRICT;
CREATE UNIQUE INDEX outage_one_open ON outage (body_id) WHERE closed IS NULL;
CREATE INDEX outage_body ON outage (body_id, since);

-- Actions done for a body (procedure A4).
CREATE TABLE action (
    id      INTEGER NOT NULL PRIMARY KEY,
    body_id INTEGER NOT NULL REFERENCES body(id),
    day     TEXT NOT NULL,
    grp     TEXT NOT NULL,               -- renewal, migration, outage, other
    text    TEXT NOT NULL,
    ticket  TEXT NOT NULL,
    at      INTEGER NOT NULL,
    who     TEXT NOT NULL,
    source  TEXT NOT NULL,
    UNIQUE (body_id, day, text)
) STRICT;
CREATE INDEX action_day ON action (day);

-- What is warned together: one ticket, one thread, one comment (procedure A3, "Case rule").
CREATE TABLE renewal_case (
    id      INTEGER NOT NULL PRIMARY KEY,
    body_id INTEGER NOT NULL REFERENCES body(id),
    opened  TEXT NOT NULL,
    closed  TEXT
) STRICT;
CREATE INDEX renewal_case_body ON renewal_case (body_id);

-- One body's certificate of one kind up to one declared expiry date.
CREATE TABLE renewal (
    id            INTEGER NOT NULL PRIMARY KEY,
    body_id       INTEGER NOT NULL REFERENCES body(id),
    kind          TEXT NOT NULL,         -- CDS, CDA
    expires       TEXT NOT NULL,
    case_id       INTEGER NOT NULL REFERENCES renewal_case(id),
    opened        TEXT NOT NULL,
    answered      TEXT,                  -- the day the body said that it goes ahead
    answer        TEXT,
    answered_who  TEXT,
    UNIQUE (body_id, kind, expires)
) STRICT;
CREATE INDEX renewal_by_case ON renewal (case_id);

-- Every version of a case's comment; the last one is in force.
CREATE TABLE comment (
    id      INTEGER NOT NULL PRIMARY KEY,
    case_id INTEGER NOT NULL REFERENCES renewal_case(id),
    text    TEXT NOT NULL,
    day     TEXT NOT NULL,
    at      INTEGER NOT NULL,
    who     TEXT NOT NULL,
    source  TEXT NOT NULL                -- '' = a command; else the workbook it came from
) STRICT;
CREATE INDEX comment_case ON comment (case_id, id);

-- A comment changed in a workbook and here at once: kept until a person decides.
CREATE TABLE comment_conflict (
    id      INTEGER NOT NULL PRIMARY KEY,
    case_id INTEGER NOT NULL REFERENCES renewal_case(id),
    theirs  TEXT NOT NULL,
    source  TEXT NOT NULL,
    day     TEXT NOT NULL,
    at      INTEGER NOT NULL,
    solved  TEXT
) STRICT;

-- Reports that were built, and what each body was in them: for the difference with the next one and for workbooks that
-- come back edited.
CREATE TABLE report (
    id    INTEGER NOT NULL PRIMARY KEY,
    uid   TEXT NOT NULL UNIQUE,
    day   TEXT NOT NULL,
    after TEXT NOT NULL,
    at    INTEGER NOT NULL,
    who   TEXT NOT NULL
) STRICT;
CREATE INDEX report_day ON report (day);
CREATE TABLE report_line (
    report_id INTEGER NOT NULL REFERENCES report(id),
    body_id   INTEGER NOT NULL REFERENCES body(id),
    down      INTEGER NOT NULL,
    soon      INTEGER NOT NULL,
    PRIMARY KEY (report_id, body_id)
) STRICT;
CREATE TABLE report_comment (
    report_id INTEGER NOT NULL REFERENCES report(id),
    case_id   INTEGER NOT NULL REFERENCES renewal_case(id),
    text      TEXT NOT NULL,
    PRIMARY KEY (report_id, case_id)
) STRICT;

-- Every change made by a person: append-only, each line carries the hash of the one before.
CREATE TABLE audit (
    id       INTEGER NOT NULL PRIMARY KEY,
    at       INTEGER NOT NULL,
    who      TEXT NOT NULL,
    what     TEXT NOT NULL,
    body_id  INTEGER,
    detail   TEXT NOT NULL,
    previous TEXT NOT NULL UNIQUE,
    hash     TEXT NOT NULL
) STRICT;

CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
