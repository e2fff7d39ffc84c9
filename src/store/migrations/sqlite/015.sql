-- Incidents: what was done when a probe went down (core/incident.h).
CREATE TABLE incident (
    id           INTEGER NOT NULL PRIMARY KEY,
    probe        TEXT NOT NULL,
    service      TEXT NOT NULL,          -- of the probe; ''
    target       TEXT NOT NULL,          -- what was tried; ''
    runbook      TEXT NOT NULL,          -- by name, when it was opened; '' = there was none
    source       TEXT NOT NULL,          -- probe, person, mail, webhook
    seen         TEXT NOT NULL,          -- what was seen, in words
    since        INTEGER NOT NULL,       -- it has failed since then
    opened       INTEGER NOT NULL,
    opened_who   TEXT NOT NULL,
    counted      INTEGER NOT NULL,       -- escalation is counted from here
    again        INTEGER NOT NULL,       -- how often it failed again soon after a recovery
    level        INTEGER NOT NULL,       -- levels of the runbook that were paged
    acked        INTEGER,
    acked_who    TEXT NOT NULL,
    acked_how    TEXT NOT NULL,          -- link, page, command
    recovered    INTEGER,                -- it has been good since then
    closed       INTEGER,
    closed_who   TEXT NOT NULL,
    over_told    INTEGER NOT NULL,       -- the recovery was told
    ticket       TEXT NOT NULL,          -- '' = none yet
    ticket_uid   TEXT NOT NULL,
    ticket_tried INTEGER,
    ticket_ready INTEGER NOT NULL,       -- observers and related ones are set
    next_try     INTEGER,                -- of the tracker
    attempts     INTEGER NOT NULL,
    trouble      TEXT NOT NULL,          -- what is in the way, for people
    mail_id      INTEGER REFERENCES message(id),
    mail_over_id INTEGER REFERENCES message(id)
) STRICT;
CREATE UNIQUE INDEX incident_one_open ON incident (probe) WHERE closed IS NULL;
CREATE INDEX incident_probe ON incident (probe, id);
CREATE INDEX incident_untold ON incident (id) WHERE closed IS NOT NULL AND (over_told = 0 OR ticket_ready = 0);

-- Its story. What the ticket is told carries a marker, and when it was told.
CREATE TABLE incident_event (
    id          INTEGER NOT NULL PRIMARY KEY,
    incident_id INTEGER NOT NULL REFERENCES incident(id),
    kind        TEXT NOT NULL,
    step        INTEGER NOT NULL,        -- of the runbook, from 1; 0 = none
    text        TEXT NOT NULL,
    at          INTEGER NOT NULL,
    who         TEXT NOT NULL,
    marker      TEXT NOT NULL,           -- '' = the ticket is not told
    tried       INTEGER,
    told        INTEGER
) STRICT;
CREATE INDEX incident_event_of ON incident_event (incident_id, id);
CREATE INDEX incident_event_untold ON incident_event (id) WHERE marker <> '' AND told IS NULL;

-- Telephone calls, with what is needed to be paid back.
CREATE TABLE incident_call (
    id          INTEGER NOT NULL PRIMARY KEY,
    incident_id INTEGER NOT NULL REFERENCES incident(id),
    step        INTEGER NOT NULL,
    at          INTEGER NOT NULL,        -- of the call
    who         TEXT NOT NULL,
    contact     TEXT NOT NULL,
    number      TEXT NOT NULL,
    phone       TEXT NOT NULL,           -- from which; '' = not said
    answered    INTEGER NOT NULL,
    cents       INTEGER,                 -- NULL = not known yet
    said        TEXT NOT NULL,
    claim       INTEGER NOT NULL,        -- it needs an expense claim
    file_name   TEXT NOT NULL,           -- the statement; '' = none
    file_type   TEXT NOT NULL,
    file_base64 TEXT NOT NULL,
    noted       INTEGER NOT NULL
) STRICT;
CREATE INDEX incident_call_of ON incident_call (incident_id, id);
CREATE INDEX incident_call_at ON incident_call (at);

-- Pages: one message to one channel, about one incident or many.
CREATE TABLE incident_page (
    id         INTEGER NOT NULL PRIMARY KEY,
    uid        TEXT NOT NULL UNIQUE,
    channel    TEXT NOT NULL,
    kind       TEXT NOT NULL,
    person     TEXT NOT NULL,
    is_over    INTEGER NOT NULL,         -- it tells a recovery
    state      TEXT NOT NULL,
    payload    TEXT NOT NULL,            -- as it is sent; '' once it was: it has a link that takes the incident
    type       TEXT NOT NULL,
    message_id INTEGER REFERENCES message(id),
    created    INTEGER NOT NULL,
    attempts   INTEGER NOT NULL,
    next_try   INTEGER,
    worker     TEXT NOT NULL,
    claimed    INTEGER,
    sent       INTEGER,
    reply      TEXT NOT NULL
) STRICT;
CREATE INDEX incident_page_open ON incident_page (id) WHERE state IN ('waiting', 'sending');
CREATE INDEX incident_page_channel ON incident_page (channel, created);
CREATE TABLE incident_page_item (
    id          INTEGER NOT NULL PRIMARY KEY,
    page_id     INTEGER NOT NULL REFERENCES incident_page(id),
    incident_id INTEGER NOT NULL REFERENCES incident(id),
    UNIQUE (page_id, incident_id)
) STRICT;
CREATE INDEX incident_page_item_of ON incident_page_item (incident_id);

-- Links that take an incident once, without login.
CREATE TABLE incident_link (
    hash    TEXT NOT NULL PRIMARY KEY,
    page_id INTEGER NOT NULL REFERENCES incident_page(id),
    until   INTEGER NOT NULL,
    used    INTEGER
) STRICT;
