-- Files of integrations that came in by a form and wait to be checked. One that was checked is an integration_file.
CREATE TABLE integration_waiting (
    id             INTEGER NOT NULL PRIMARY KEY,
    integration_id INTEGER NOT NULL REFERENCES integration(id),
    name           TEXT NOT NULL,
    source         TEXT NOT NULL,          -- the mail that brought it; '' a person gave it
    lang           TEXT NOT NULL,          -- whoever gave it reads this
    bytes          INTEGER NOT NULL,
    base64         TEXT NOT NULL,
    day            TEXT NOT NULL,
    at             INTEGER NOT NULL,
    who            TEXT NOT NULL,
    worker         TEXT NOT NULL,          -- the process that checks it; ''
    taken          INTEGER,
    tries          INTEGER NOT NULL,
    why            TEXT NOT NULL           -- it could not be looked at: the reason; ''
) STRICT;
CREATE INDEX integration_waiting_integration ON integration_waiting (integration_id, id);
