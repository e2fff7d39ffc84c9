-- What is attached to a mail that waits for a person and could begin an integration with Hèstia.
CREATE TABLE incoming_file (
    id INTEGER NOT NULL PRIMARY KEY,
    incoming_id INTEGER NOT NULL REFERENCES incoming(id),
    name        TEXT NOT NULL,
    bytes       INTEGER NOT NULL,
    base64      TEXT NOT NULL              -- '' it is not kept: a private key
) STRICT;
CREATE INDEX incoming_file_incoming ON incoming_file (incoming_id, id);
