-- Mails of another monitor that say that a body is down or up again: one row per message, whatever came of it.
CREATE TABLE alert (
    id         INTEGER NOT NULL PRIMARY KEY,
    message_id TEXT NOT NULL UNIQUE,
    at         INTEGER NOT NULL,         -- the mail's own date
    day        TEXT NOT NULL,            -- the same in Madrid
    body_id    INTEGER REFERENCES body(id), -- NULL: no body was recognised
    says       TEXT NOT NULL,            -- down, up, unclear
    subject    TEXT NOT NULL,
    import_id  INTEGER NOT NULL REFERENCES import(id)
) STRICT;
CREATE INDEX alert_body ON alert (body_id, at);
