-- Chains of certificates as servers send them, each once: the server's own first. All of their certificates are in
-- served_certificate.
CREATE TABLE served_chain (
    id           INTEGER NOT NULL PRIMARY KEY,
    fingerprints TEXT NOT NULL UNIQUE     -- SHA-256 of each, a space between
) STRICT;
ALTER TABLE observation ADD COLUMN chain_id INTEGER REFERENCES served_chain(id);

-- Lists of bodies that people keep: a filter and an order, under a name.
CREATE TABLE saved_view (
    id         INTEGER NOT NULL PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES account(id), -- whose it is
    shared     INTEGER NOT NULL,         -- everybody sees it
    name       TEXT NOT NULL,
    filter     TEXT NOT NULL,
    sort       TEXT NOT NULL,            -- '' = by urgency
    reverse    INTEGER NOT NULL,
    at         INTEGER NOT NULL,
    who        TEXT NOT NULL,
    removed    INTEGER                   -- since when it is not shown
) STRICT;
CREATE INDEX saved_view_account ON saved_view (account_id);

-- The list that somebody begins with.
CREATE TABLE default_view (
    account_id INTEGER NOT NULL PRIMARY KEY REFERENCES account(id),
    view_id    INTEGER NOT NULL REFERENCES saved_view(id)
) STRICT;
