-- Mails that came in: each once, with its text, what it was taken for and what a person made of it. Never deleted.
CREATE TABLE incoming (
    id          INTEGER NOT NULL PRIMARY KEY,
    message_id  TEXT NOT NULL UNIQUE,
    at          INTEGER,                 -- the mail's own date, NULL when it has none
    day         TEXT NOT NULL,           -- the same in Madrid, else the day it was read
    read_at     INTEGER NOT NULL,
    source      TEXT NOT NULL,           -- the mailbox or file that it was read from
    sender      TEXT NOT NULL,           -- as the mail writes it
    email       TEXT NOT NULL,           -- the sender's address
    subject     TEXT NOT NULL,
    text        TEXT NOT NULL,           -- whole, as it can be read
    words       TEXT NOT NULL,           -- what is new in it
    files       TEXT NOT NULL,           -- names of what is attached, one a line
    kind        TEXT NOT NULL,           -- codes of core/reply.h
    says        TEXT NOT NULL,
    word        TEXT NOT NULL,           -- the profile's word that decided what it says
    state       TEXT NOT NULL,           -- proposed, queue, confirmed, dismissed, none
    matched     TEXT NOT NULL,           -- thread, ticket, address, person, none
    body_id     INTEGER REFERENCES body(id),
    case_id     INTEGER REFERENCES renewal_case(id),
    outbox_id   INTEGER REFERENCES message(id), -- the message that it answers or returns
    noted       INTEGER NOT NULL,        -- the comment and the ticket of its case have it already
    detail      TEXT NOT NULL,           -- of a report: who did not get it and why
    covers      TEXT NOT NULL DEFAULT '', -- certificates that a confirmation answered for: "CDS", "CDA CDS"
    note        TEXT NOT NULL DEFAULT '', -- of whoever decided
    decided_day TEXT,
    decided_at  INTEGER,
    decided_who TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX incoming_state ON incoming (state, id);
CREATE INDEX incoming_case ON incoming (case_id, id);

-- How far each folder has been read: a mail stays where it is, and is fetched once.
CREATE TABLE incoming_folder (
    mailbox  TEXT NOT NULL PRIMARY KEY,  -- host, user and folder
    validity INTEGER NOT NULL,           -- UIDVALIDITY; another one begins anew
    last_uid INTEGER NOT NULL,
    at       INTEGER NOT NULL
) STRICT;

-- An address that takes no mail (lasting), or did not take one.
ALTER TABLE contact ADD COLUMN bounced TEXT;
ALTER TABLE contact ADD COLUMN bounce_reason TEXT NOT NULL DEFAULT '';
ALTER TABLE contact ADD COLUMN bounce_lasting INTEGER NOT NULL DEFAULT 0;
CREATE INDEX contact_email ON contact (lower(email));
