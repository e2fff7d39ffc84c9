-- Messages that go out (core/outbox.h): one row per message, never deleted. What a body or a case is told is a message of
-- the kind warning; the Friday e-mail is one of the kind report.
CREATE TABLE message (
    id          INTEGER NOT NULL PRIMARY KEY,
    uid         TEXT NOT NULL UNIQUE,    -- X-Talaia-Id
    kind        TEXT NOT NULL,           -- warning, report, letter
    state       TEXT NOT NULL,           -- codes of core/outbox.h
    day         TEXT NOT NULL,           -- on which it is to go out
    body_id     INTEGER REFERENCES body(id),
    case_id     INTEGER REFERENCES renewal_case(id),
    report_id   INTEGER REFERENCES report(id),
    threshold   INTEGER NOT NULL DEFAULT 0,
    certificates TEXT NOT NULL DEFAULT '', -- CDS, CDA or "CDA CDS": those that it names
    lang        TEXT NOT NULL,
    subject     TEXT NOT NULL,           -- as it stands; frozen with the bytes
    ticket      TEXT NOT NULL DEFAULT '',
    message_id  TEXT,                    -- frozen with the bytes, without angle brackets
    in_reply_to TEXT NOT NULL DEFAULT '',
    refs        TEXT NOT NULL DEFAULT '', -- message ids, oldest first, separated by spaces
    dated       INTEGER,                 -- the Date header
    sha256      TEXT NOT NULL DEFAULT '', -- of the bytes, in hex
    size        INTEGER NOT NULL DEFAULT 0,
    folder      TEXT NOT NULL DEFAULT '', -- of the mailbox, where it is to be filed; '' nowhere
    created     INTEGER NOT NULL,
    first_who   TEXT NOT NULL DEFAULT '', -- who approved first, when a second approval is needed
    first_at    INTEGER,
    approved    INTEGER,
    sent        INTEGER,
    attempts    INTEGER NOT NULL DEFAULT 0,
    next_try    INTEGER,                 -- not before; NULL at once
    tried       INTEGER,                 -- when another system was last asked for something that may have got through
    trouble     TEXT NOT NULL DEFAULT '', -- what is in the way, for people; '' nothing
    reply       TEXT NOT NULL DEFAULT '', -- the last thing that a server said
    claim       TEXT NOT NULL DEFAULT '', -- the process that works on it
    wire        TEXT NOT NULL DEFAULT '', -- the machine's run in which it may go over the wire (flow/mailer_send.c)
    claim_until INTEGER
) STRICT;
CREATE UNIQUE INDEX message_message_id ON message (message_id);
CREATE INDEX message_state ON message (state, id);
CREATE INDEX message_body ON message (body_id, id);
CREATE INDEX message_case ON message (case_id, id);
CREATE INDEX message_day ON message (kind, day);
CREATE INDEX message_wire ON message (wire) WHERE wire <> '';
CREATE INDEX message_sent ON message (sent);
CREATE INDEX message_report ON message (report_id);
-- A case has one warning under way: what comes due meanwhile is said by that one.
CREATE UNIQUE INDEX message_one_under_way ON message (case_id)
    WHERE kind = 'warning' AND state IN ('planned', 'approved', 'ticketed', 'rendered', 'sending');

-- The bytes as they are sent, filed and shown; apart, because lists do not need them.
CREATE TABLE message_bytes (
    message_id INTEGER NOT NULL PRIMARY KEY REFERENCES message(id),
    words      TEXT NOT NULL,            -- the plain text
    bytes      TEXT NOT NULL
) STRICT;

CREATE TABLE message_recipient (
    id         INTEGER NOT NULL PRIMARY KEY,
    message_id INTEGER NOT NULL REFERENCES message(id),
    field      TEXT NOT NULL,            -- to, cc
    name       TEXT NOT NULL,
    email      TEXT NOT NULL,
    contact_id INTEGER REFERENCES contact(id),
    result     TEXT NOT NULL,            -- waiting, accepted, deferred, refused
    reply      TEXT NOT NULL,
    UNIQUE (message_id, email)
) STRICT;
CREATE INDEX message_recipient_contact ON message_recipient (contact_id);

-- Every transition, the first one (planned) included.
CREATE TABLE message_step (
    id         INTEGER NOT NULL PRIMARY KEY,
    message_id INTEGER NOT NULL REFERENCES message(id),
    state      TEXT NOT NULL,            -- the one that it came into
    day        TEXT NOT NULL,
    at         INTEGER NOT NULL,
    who        TEXT NOT NULL,
    detail     TEXT NOT NULL
) STRICT;
CREATE INDEX message_step_message ON message_step (message_id, id);

-- What the tracker must still be told of a case's ticket.
CREATE TABLE ticket_job (
    id       INTEGER NOT NULL PRIMARY KEY,
    uid      TEXT NOT NULL UNIQUE,       -- the marker by which the tracker's copy is recognised
    case_id  INTEGER NOT NULL REFERENCES renewal_case(id),
    what     TEXT NOT NULL,              -- comment, date, close, reopen
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
CREATE INDEX ticket_job_waiting ON ticket_job (id) WHERE state = 'waiting';
CREATE INDEX ticket_job_case ON ticket_job (case_id, id);

-- A server that does not do its part: one row for each that is in trouble now.
CREATE TABLE outbox_trouble (
    part     TEXT NOT NULL PRIMARY KEY,  -- smtp, imap, tracker
    since    INTEGER NOT NULL,
    last     INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    next_try INTEGER NOT NULL,
    text     TEXT NOT NULL
) STRICT;
