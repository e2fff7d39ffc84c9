-- The pre-production gateway: who may do what (core/gateway.h), and what is remembered of requests. Nothing here holds a
-- citizen's data: ids of citizens and of requests are keyed hashes, and what waits for an answer is sealed.

-- A body that may ask. It need not be in the registry of endpoints: county councils are not.
CREATE TABLE gateway_body (
    id        INTEGER NOT NULL PRIMARY KEY,
    ine10     TEXT NOT NULL UNIQUE,
    name      TEXT NOT NULL,
    nif       TEXT NOT NULL,             -- '' = not known
    body_id   INTEGER REFERENCES body(id),
    suspended INTEGER,                   -- since when nothing is answered
    at        INTEGER NOT NULL,
    who       TEXT NOT NULL
) STRICT;

-- Its certificates (CDA), whole. A revoked permission stays, with who revoked it and why.
CREATE TABLE gateway_certificate (
    id          INTEGER NOT NULL PRIMARY KEY,
    gateway_body_id INTEGER NOT NULL REFERENCES gateway_body(id),
    fingerprint TEXT NOT NULL,           -- SHA-256, hexadecimal
    der_base64  TEXT NOT NULL,
    subject     TEXT NOT NULL,
    issuer      TEXT NOT NULL,
    nif         TEXT NOT NULL,           -- '' = it carries none
    not_before  INTEGER,
    not_after   INTEGER,
    allow_sha1  INTEGER NOT NULL,
    authority   TEXT NOT NULL,           -- the written authorisation for another tax number; '' = not needed
    since       INTEGER NOT NULL,
    until       INTEGER,                 -- from then on not any more
    at          INTEGER NOT NULL,
    who         TEXT NOT NULL,
    revoked     INTEGER,
    revoked_who TEXT NOT NULL DEFAULT '',
    reason      TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE UNIQUE INDEX gateway_certificate_one ON gateway_certificate (gateway_body_id, fingerprint) WHERE revoked IS NULL;

-- Where it calls from; none: from anywhere.
CREATE TABLE gateway_address (
    id          INTEGER NOT NULL PRIMARY KEY,
    gateway_body_id INTEGER NOT NULL REFERENCES gateway_body(id),
    cidr        TEXT NOT NULL,           -- as core/address.h writes it
    since       INTEGER NOT NULL,
    until       INTEGER,
    at          INTEGER NOT NULL,
    who         TEXT NOT NULL,
    revoked     INTEGER,
    revoked_who TEXT NOT NULL DEFAULT '',
    reason      TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE UNIQUE INDEX gateway_address_one ON gateway_address (gateway_body_id, cidr) WHERE revoked IS NULL;

-- What it may ask for.
CREATE TABLE gateway_grant (
    id          INTEGER NOT NULL PRIMARY KEY,
    gateway_body_id INTEGER NOT NULL REFERENCES gateway_body(id),
    product     TEXT NOT NULL,
    modality    TEXT NOT NULL,           -- '' = all of the product
    purpose     TEXT NOT NULL,
    since       INTEGER NOT NULL,
    until       INTEGER,
    at          INTEGER NOT NULL,
    who         TEXT NOT NULL,
    revoked     INTEGER,
    revoked_who TEXT NOT NULL DEFAULT '',
    reason      TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE UNIQUE INDEX gateway_grant_one ON gateway_grant (gateway_body_id, product, modality, purpose) WHERE revoked IS NULL;

-- One row per request. Texts out of messages are there only where they are known words of ours, or masked.
CREATE TABLE gateway_log (
    id          INTEGER NOT NULL PRIMARY KEY,
    token       INTEGER NOT NULL,        -- drawn by the process that wrote it
    at          INTEGER NOT NULL,
    ine10       TEXT NOT NULL,           -- of the body; '' = not known
    request     TEXT NOT NULL,           -- IdPeticion, masked; '' = none
    kind        TEXT NOT NULL,           -- sync, async, poll
    product     TEXT NOT NULL,           -- '' = none that is known
    modality    TEXT NOT NULL,
    elements    INTEGER NOT NULL,        -- SolicitudTransmision
    certificate TEXT NOT NULL,           -- fingerprint; '' = none
    address     TEXT NOT NULL,
    outcome     TEXT NOT NULL,           -- code of core/gateway_list.h
    step        TEXT NOT NULL,           -- where it was decided
    result      TEXT NOT NULL,           -- code of the service, "0", "-2"; '' = it was not asked
    steps       TEXT NOT NULL,           -- "network:g:12 size:g:1": state and microseconds
    remarks     TEXT NOT NULL,           -- "error:count:7:/soap:Envelope…" a line
    citizens    TEXT NOT NULL,           -- keyed hashes, separated by spaces
    bytes       INTEGER NOT NULL,
    answer_bytes INTEGER NOT NULL,
    micros      INTEGER NOT NULL         -- from the first byte to the answer
) STRICT;
CREATE INDEX gateway_log_body ON gateway_log (ine10, id);
CREATE INDEX gateway_log_request ON gateway_log (request);

-- Ids of requests that were answered, each once for a body.
CREATE TABLE gateway_seen (
    hash  TEXT NOT NULL PRIMARY KEY,     -- keyed, of body and IdPeticion
    token INTEGER NOT NULL,
    at    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX gateway_seen_at ON gateway_seen (at);

-- Signed messages that were answered, until their Timestamp refuses them anyway.
CREATE TABLE gateway_replay (
    hash  TEXT NOT NULL PRIMARY KEY,
    token INTEGER NOT NULL,
    until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX gateway_replay_until ON gateway_replay (until);

-- Asynchronous requests. What they ask and what is answered is sealed with the gateway's secret.
CREATE TABLE gateway_async (
    id       INTEGER NOT NULL PRIMARY KEY,
    hash     TEXT NOT NULL UNIQUE,       -- as in gateway_seen
    ine10    TEXT NOT NULL,
    request  TEXT NOT NULL,              -- IdPeticion, masked
    product  TEXT NOT NULL,
    modality TEXT NOT NULL,
    elements INTEGER NOT NULL,
    state    TEXT NOT NULL,              -- core/gateway.h
    hours    INTEGER NOT NULL,           -- TER, as the client was told
    at       INTEGER NOT NULL,
    due      INTEGER NOT NULL,           -- when its next state begins
    changed  INTEGER NOT NULL,
    expires  INTEGER NOT NULL,           -- then it is forgotten
    fetched  INTEGER,                    -- when the finished answer was first fetched
    asked    TEXT NOT NULL,              -- sealed
    answer   TEXT NOT NULL               -- sealed; '' = none yet
) STRICT;
CREATE INDEX gateway_async_due ON gateway_async (due) WHERE state IN ('pending', 'working');
CREATE INDEX gateway_async_expires ON gateway_async (expires);
CREATE INDEX gateway_async_body ON gateway_async (ine10, id);

-- By which the secret file is recognised: one row.
CREATE TABLE gateway_secret (
    id    INTEGER NOT NULL PRIMARY KEY,
    proof TEXT NOT NULL,
    at    INTEGER NOT NULL
) STRICT;
