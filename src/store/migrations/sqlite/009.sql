-- Who works at the desk. A person without a password comes in through the reverse proxy only.
CREATE TABLE account (
    id        INTEGER NOT NULL PRIMARY KEY,
    name      TEXT NOT NULL UNIQUE,
    role      TEXT NOT NULL,             -- core/permission.h
    password  TEXT NOT NULL,             -- Argon2id as libsodium writes it; '' = none
    totp      TEXT NOT NULL,             -- key of the one-time codes, base32; '' = none
    totp_step INTEGER NOT NULL,             -- the last step that was used: a code counts once
    at        INTEGER NOT NULL,
    who       TEXT NOT NULL,
    disabled  INTEGER                       -- since when nobody comes in with it
) STRICT;

-- What lets somebody in who lost the telephone: each once.
CREATE TABLE recovery_code (
    account_id INTEGER NOT NULL REFERENCES account(id),
    hash       TEXT NOT NULL,
    PRIMARY KEY (account_id, hash)
) STRICT;

-- Who is in, by the hash of what the browser holds.
CREATE TABLE session (
    hash       TEXT NOT NULL PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES account(id),
    at         INTEGER NOT NULL,
    seen       INTEGER NOT NULL,            -- kept to the minute
    until      INTEGER NOT NULL,            -- the end, however busy
    address    TEXT NOT NULL
) STRICT;
CREATE INDEX session_account ON session (account_id);

-- Programs that call the API in somebody's name.
CREATE TABLE token (
    id         INTEGER NOT NULL PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES account(id),
    label      TEXT NOT NULL,
    hash       TEXT NOT NULL UNIQUE,
    scope      TEXT NOT NULL,            -- read, write
    at         INTEGER NOT NULL,
    who        TEXT NOT NULL,
    until      TEXT,                     -- the last day
    revoked    INTEGER
) STRICT;
