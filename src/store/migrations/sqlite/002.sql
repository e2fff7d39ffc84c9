-- Rounds of checks: what every endpoint showed, when, from where.
CREATE TABLE sweep (
    id      INTEGER NOT NULL PRIMARY KEY,
    kind    TEXT NOT NULL,               -- daily, retry, manual
    day     TEXT NOT NULL,
    started INTEGER NOT NULL,
    ended   INTEGER,                      -- NULL: it was interrupted
    who     TEXT NOT NULL,
    bodies  INTEGER NOT NULL DEFAULT 0,
    failed  INTEGER NOT NULL DEFAULT 0,
    us      INTEGER NOT NULL DEFAULT 0   -- our own network failed: it says nothing of the bodies
) STRICT;

-- What one address of a body showed in one round.
CREATE TABLE observation (
    id          INTEGER NOT NULL PRIMARY KEY,
    sweep_id    INTEGER NOT NULL REFERENCES sweep(id),
    body_id     INTEGER NOT NULL REFERENCES body(id),
    at          INTEGER NOT NULL,
    url         TEXT NOT NULL,
    host        TEXT NOT NULL,
    port        INTEGER NOT NULL,
    address     TEXT NOT NULL,           -- '' when the name did not resolve
    connection  TEXT NOT NULL,           -- codes of core/verdict.h
    trust       TEXT NOT NULL,
    application TEXT NOT NULL,
    connection_detail  TEXT NOT NULL,
    trust_detail       TEXT NOT NULL,
    application_detail TEXT NOT NULL,
    status      INTEGER NOT NULL,        -- HTTP, 0 when there was none
    seconds     INTEGER NOT NULL,        -- the time limit that was reached, 0 when none
    trust_day   TEXT,
    not_after   TEXT,                    -- last day of the certificate served
    fingerprint TEXT NOT NULL,           -- SHA-256, '' when none was shown
    protocol    TEXT NOT NULL,
    cipher      TEXT NOT NULL,
    final_url   TEXT NOT NULL,
    wsdl_hash   TEXT NOT NULL,
    bytes       INTEGER NOT NULL,
    us_dns      INTEGER NOT NULL,         -- phase times in microseconds, -1 when the phase did not happen
    us_tcp      INTEGER NOT NULL,
    us_tls      INTEGER NOT NULL,
    us_http     INTEGER NOT NULL
) STRICT;
CREATE INDEX observation_body ON observation (body_id, id);
CREATE INDEX observation_sweep ON observation (sweep_id);

-- Certificates that were served, once each.
CREATE TABLE served_certificate (
    fingerprint TEXT NOT NULL PRIMARY KEY,
    subject     TEXT NOT NULL,
    issuer      TEXT NOT NULL,
    serial      TEXT NOT NULL,
    names       TEXT NOT NULL,
    organisation TEXT NOT NULL,
    nif         TEXT NOT NULL,
    key_text    TEXT NOT NULL,
    signature   TEXT NOT NULL,
    not_before  INTEGER NOT NULL,
    not_after   INTEGER NOT NULL,
    der         TEXT NOT NULL,           -- base64
    first_seen  INTEGER NOT NULL
) STRICT;

-- What is remembered of a body between rounds.
CREATE TABLE watch (
    body_id        INTEGER NOT NULL PRIMARY KEY REFERENCES body(id),
    failures       INTEGER NOT NULL,
    first          INTEGER NOT NULL,
    last           INTEGER NOT NULL,
    down           INTEGER NOT NULL,
    wsdl_hash      TEXT NOT NULL,
    reconciliation TEXT NOT NULL,
    sweep_id       INTEGER NOT NULL REFERENCES sweep(id)
) STRICT;

-- Maintenance: a body that is not to count as down until a day.
CREATE TABLE silence (
    id      INTEGER NOT NULL PRIMARY KEY,
    body_id INTEGER NOT NULL REFERENCES body(id),
    reason  TEXT NOT NULL,
    day     TEXT NOT NULL,
    until   TEXT NOT NULL,               -- the last day
    at      INTEGER NOT NULL,
    who     TEXT NOT NULL,
    lifted  TEXT
) STRICT;

-- Times in which our own network kept us from seeing: one incident, no body's outage.
CREATE TABLE blind (
    id     INTEGER NOT NULL PRIMARY KEY,
    began  INTEGER NOT NULL,
    ended  INTEGER,
    reason TEXT NOT NULL
) STRICT;

-- Certificates that never are on the wire (CDA), as somebody handed them in.
CREATE TABLE given_certificate (
    id          INTEGER NOT NULL PRIMARY KEY,
    body_id     INTEGER NOT NULL REFERENCES body(id),
    kind        TEXT NOT NULL,
    fingerprint TEXT NOT NULL REFERENCES served_certificate(fingerprint),
    not_after   TEXT NOT NULL,
    day         TEXT NOT NULL,
    at          INTEGER NOT NULL,
    who         TEXT NOT NULL,
    source      TEXT NOT NULL,           -- the file's name
    UNIQUE (body_id, kind, fingerprint)
) STRICT;
