-- Integrations with Hèstia (procedure B; core/integration.h says what may happen to one).

-- The list of bodies and ABSS that may integrate, as the head of service supplies it; a line ends when a later list no
-- longer has it, and is never deleted, so that the list can be read as of any day.
CREATE TABLE eligible (
    id        INTEGER NOT NULL PRIMARY KEY,
    name_key  TEXT NOT NULL,
    name      TEXT NOT NULL,
    ine10     TEXT NOT NULL,              -- '' when the list does not say it
    nif       TEXT NOT NULL,
    through   TEXT NOT NULL,              -- the ABSS through which it must integrate; '' it may by itself
    import_id INTEGER NOT NULL REFERENCES import(id),
    since     TEXT NOT NULL,              -- day of the list that brought the line
    until     TEXT,                       -- day of the list that no longer has it
    ended_by  INTEGER REFERENCES import(id)
) STRICT;
CREATE INDEX eligible_key ON eligible (name_key, until);
CREATE INDEX eligible_ine10 ON eligible (ine10, until);

CREATE TABLE integration (
    id          INTEGER NOT NULL PRIMARY KEY,
    fp          TEXT NOT NULL UNIQUE,      -- number of the help-desk request
    ine10       TEXT NOT NULL,             -- '' while it is not known which body it is
    name        TEXT NOT NULL,             -- natural form
    nif         TEXT NOT NULL,
    body_id     INTEGER REFERENCES body(id),
    company     TEXT NOT NULL,             -- the provider; '' the body itself
    company_nif TEXT NOT NULL,
    contact     TEXT NOT NULL,
    email       TEXT NOT NULL,             -- who is written to
    lang        TEXT NOT NULL,
    state       TEXT NOT NULL,             -- codes of core/integration.h
    since_day   TEXT NOT NULL,             -- in this state
    since       INTEGER NOT NULL,
    standing    TEXT NOT NULL,             -- eligibility, as it was when it was looked up
    through     TEXT NOT NULL,
    only_cda    INTEGER NOT NULL,
    addresses   TEXT NOT NULL,             -- confirmed by a person; CIDR, a space between
    authority   TEXT NOT NULL,             -- the body's written authorisation for the company; '' none
    confirmed   INTEGER,                   -- a person said that what was read from the documents is right
    confirmed_who TEXT NOT NULL,
    folder      TEXT NOT NULL,             -- where its documents are filed; '' not yet
    filed       INTEGER,
    manifest    TEXT NOT NULL,             -- SHA-256 of the manifest there
    asked       TEXT,                      -- day on which the requester was last asked for something
    reminders   INTEGER NOT NULL,          -- sent since then
    ticket      TEXT NOT NULL,
    ticket_uid  TEXT NOT NULL,             -- by which the tracker's one is found; kept before it is asked for
    opened      TEXT NOT NULL,
    at          INTEGER NOT NULL,
    who         TEXT NOT NULL,
    version     INTEGER NOT NULL           -- one more with each change
) STRICT;
CREATE INDEX integration_state ON integration (state, id);
CREATE INDEX integration_ine10 ON integration (ine10, id);

-- Every event, the opening ('open') included.
CREATE TABLE integration_step (
    id             INTEGER NOT NULL PRIMARY KEY,
    integration_id INTEGER NOT NULL REFERENCES integration(id),
    event          TEXT NOT NULL,
    state          TEXT NOT NULL,          -- the one that it came into
    day            TEXT NOT NULL,
    at             INTEGER NOT NULL,
    who            TEXT NOT NULL,
    detail         TEXT NOT NULL
) STRICT;
CREATE INDEX integration_step_integration ON integration_step (integration_id, id);

-- Files that came in, with the verdict on them (core/document.h). What was replaced by a newer one stays.
CREATE TABLE integration_file (
    id             INTEGER NOT NULL PRIMARY KEY,
    integration_id INTEGER NOT NULL REFERENCES integration(id),
    role           TEXT NOT NULL,          -- form, cda, other
    name           TEXT NOT NULL,
    sha256         TEXT NOT NULL,
    bytes          INTEGER NOT NULL,
    source         TEXT NOT NULL,          -- file, or the mail that brought it
    kind           TEXT NOT NULL,          -- pdf, certificate, other, secret
    verdict        TEXT NOT NULL,          -- valid, review, invalid
    signer         TEXT NOT NULL,          -- organisation of who signed, or of the CDA
    signer_nif     TEXT NOT NULL,
    signed         INTEGER,
    fingerprint    TEXT NOT NULL,          -- of the CDA
    not_after      INTEGER,
    accepted       INTEGER,                -- a person looked and took it although it was not plainly valid
    accepted_who   TEXT NOT NULL,
    accepted_why   TEXT NOT NULL,
    replaced       INTEGER NOT NULL,
    at             INTEGER NOT NULL,
    who            TEXT NOT NULL
) STRICT;
CREATE INDEX integration_file_integration ON integration_file (integration_id, id);
CREATE TABLE integration_bytes (
    file_id INTEGER NOT NULL PRIMARY KEY REFERENCES integration_file(id),
    base64  TEXT NOT NULL
) STRICT;

-- What was found in a file: reasons of its verdict, values of the form, addresses.
CREATE TABLE integration_finding (
    id      INTEGER NOT NULL PRIMARY KEY,
    file_id INTEGER NOT NULL REFERENCES integration_file(id),
    kind    TEXT NOT NULL,                 -- reason, value, address
    code    TEXT NOT NULL,
    text    TEXT NOT NULL,
    other   TEXT NOT NULL,
    day     TEXT
) STRICT;
CREATE INDEX integration_finding_file ON integration_finding (file_id, id);

-- Messages of an integration (message.kind = integration), with what stood in their fields on the day they were made.
CREATE TABLE integration_message (
    message_id     INTEGER NOT NULL PRIMARY KEY REFERENCES message(id),
    integration_id INTEGER NOT NULL REFERENCES integration(id),
    name           TEXT NOT NULL,          -- of the text
    told           TEXT NOT NULL           -- requester, head
) STRICT;
CREATE INDEX integration_message_integration ON integration_message (integration_id, message_id);
CREATE TABLE integration_message_field (
    message_id INTEGER NOT NULL REFERENCES message(id),
    name       TEXT NOT NULL,
    value      TEXT NOT NULL,
    PRIMARY KEY (message_id, name)
) STRICT, WITHOUT ROWID;

-- Links by which the head of service decides out of the e-mail: each counts once, in that state, until it expires.
CREATE TABLE integration_token (
    id             INTEGER NOT NULL PRIMARY KEY,
    integration_id INTEGER NOT NULL REFERENCES integration(id),
    nonce          TEXT NOT NULL UNIQUE,
    state          TEXT NOT NULL,
    expires        INTEGER NOT NULL,
    at             INTEGER NOT NULL,
    used           INTEGER,
    used_for       TEXT NOT NULL           -- the event
) STRICT;

-- The tests by which production was asked for, as the gateway's log had them then.
CREATE TABLE integration_test (
    id             INTEGER NOT NULL PRIMARY KEY,
    integration_id INTEGER NOT NULL REFERENCES integration(id),
    asked          INTEGER NOT NULL,       -- when production was asked for
    modality       TEXT NOT NULL,
    log_id         INTEGER NOT NULL,       -- of gateway_log, which forgets
    request        TEXT NOT NULL,          -- IdPeticion
    at             INTEGER NOT NULL,
    result         TEXT NOT NULL,
    certificate    TEXT NOT NULL
) STRICT;
CREATE INDEX integration_test_integration ON integration_test (integration_id, id);

-- What production needs to know: given on a day, taken back on another.
CREATE TABLE integration_production (
    id             INTEGER NOT NULL PRIMARY KEY,
    integration_id INTEGER NOT NULL REFERENCES integration(id),
    ine10          TEXT NOT NULL,
    name           TEXT NOT NULL,
    nif            TEXT NOT NULL,
    company        TEXT NOT NULL,
    product        TEXT NOT NULL,
    modalities     TEXT NOT NULL,          -- a space between
    fingerprint    TEXT NOT NULL,
    der_base64     TEXT NOT NULL,
    not_after      INTEGER,
    addresses      TEXT NOT NULL,
    at             INTEGER NOT NULL,
    who            TEXT NOT NULL,
    revoked        INTEGER,
    revoked_who    TEXT NOT NULL,
    reason         TEXT NOT NULL
) STRICT;
CREATE INDEX integration_production_integration ON integration_production (integration_id, id);

-- The tracker is told of integrations too: a job is about a case or about an integration.
CREATE TABLE ticket_job_new (
    id       INTEGER NOT NULL PRIMARY KEY,
    uid      TEXT NOT NULL UNIQUE,       -- the marker by which the tracker's copy is recognised
    case_id  INTEGER REFERENCES renewal_case(id),
    integration_id INTEGER REFERENCES integration(id),
    what     TEXT NOT NULL,              -- create, comment, date, close, reopen
    text     TEXT NOT NULL,
    state    TEXT NOT NULL,              -- waiting, done, refused
    at       INTEGER NOT NULL,
    who      TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    next_try INTEGER,
    tried    INTEGER,
    reply    TEXT NOT NULL DEFAULT '',
    done     INTEGER,
    claim       TEXT NOT NULL DEFAULT '',
    claim_until INTEGER
) STRICT;
INSERT INTO ticket_job_new (id, uid, case_id, what, text, state, at, who, attempts, next_try, tried, reply, done,
    claim, claim_until)
    SELECT id, uid, case_id, what, text, state, at, who, attempts, next_try, tried, reply, done, claim, claim_until
    FROM ticket_job;
DROP TABLE ticket_job;
ALTER TABLE ticket_job_new RENAME TO ticket_job;
CREATE INDEX ticket_job_waiting ON ticket_job (id) WHERE state = 'waiting';
CREATE INDEX ticket_job_case ON ticket_job (case_id, id);
CREATE INDEX ticket_job_integration ON ticket_job (integration_id, id);
