-- Probes that run around the clock: what each is at now. Names are those of the profile's probes.yaml.
CREATE TABLE probe (
    id         INTEGER PRIMARY KEY,
    name       TEXT NOT NULL UNIQUE,
    known      INTEGER NOT NULL DEFAULT 0,
    down       INTEGER NOT NULL DEFAULT 0,
    flapping   INTEGER NOT NULL DEFAULT 0,
    bad        INTEGER NOT NULL DEFAULT 0,  -- in a row
    good       INTEGER NOT NULL DEFAULT 0,
    since      INTEGER,
    first      INTEGER,
    said       INTEGER,                     -- last run that said something
    runs_row   INTEGER NOT NULL DEFAULT 0,  -- the last runs, newest in bit 0
    runs_count INTEGER NOT NULL DEFAULT 0,
    at         INTEGER,                     -- last run, and what it showed
    outcome    TEXT NOT NULL DEFAULT '',
    code       TEXT NOT NULL DEFAULT '',
    detail     TEXT NOT NULL DEFAULT '',
    transition INTEGER NOT NULL DEFAULT 0,
    us         INTEGER,
    slow       INTEGER NOT NULL DEFAULT 0
) STRICT;
-- Every run, with its phases in µs (NULL: did not happen). Kept for probes.keep.runs days of the profile.
CREATE TABLE probe_run (
    probe_id   INTEGER NOT NULL REFERENCES probe (id),
    at         INTEGER NOT NULL,
    outcome    TEXT NOT NULL,               -- good, bad, blind
    code       TEXT NOT NULL,
    detail     TEXT NOT NULL,
    transition INTEGER NOT NULL,
    us_dns     INTEGER,
    us_tcp     INTEGER,
    us_tls     INTEGER,
    us_http    INTEGER,
    us         INTEGER,
    us_late    INTEGER NOT NULL,            -- began after its time
    PRIMARY KEY (probe_id, at)
) STRICT, WITHOUT ROWID;
-- Runs of an hour (h), a day (d) or a month (m) of Madrid together: seconds, and how long runs took.
CREATE TABLE probe_sum (
    span        TEXT NOT NULL,
    probe_id    INTEGER NOT NULL REFERENCES probe (id),
    began       INTEGER NOT NULL,
    runs        INTEGER NOT NULL,
    up          INTEGER NOT NULL,
    down        INTEGER NOT NULL,
    blind       INTEGER NOT NULL,
    maintenance INTEGER NOT NULL,
    times       TEXT NOT NULL,              -- "step:count …" (core/probe.h)
    PRIMARY KEY (span, probe_id, began)
) STRICT, WITHOUT ROWID;
-- Time of which nothing is known, of any probe: the watcher did not run, or our own network was down.
CREATE TABLE probe_blind (
    id    INTEGER PRIMARY KEY,
    began INTEGER NOT NULL,
    ended INTEGER,                          -- NULL: still
    why   TEXT NOT NULL                     -- stopped, network, clock
) STRICT;
-- When the watcher was last seen at work, and the hour up to which runs were summed up.
CREATE TABLE probe_watcher (
    name TEXT NOT NULL PRIMARY KEY,
    at   INTEGER NOT NULL
) STRICT;
-- Agreed maintenance; probe_id NULL: of all.
CREATE TABLE probe_maintenance (
    id       INTEGER PRIMARY KEY,
    probe_id INTEGER REFERENCES probe (id),
    began    INTEGER NOT NULL,
    ended    INTEGER NOT NULL,
    note     TEXT NOT NULL,
    who      TEXT NOT NULL,
    at       INTEGER NOT NULL
) STRICT;
-- When it was down, as it was judged: what availability is counted from.
CREATE TABLE probe_down (
    id         INTEGER PRIMARY KEY,
    probe_id   INTEGER NOT NULL REFERENCES probe (id),
    began      INTEGER NOT NULL,            -- the first bad run
    judged     INTEGER NOT NULL,            -- the run with which it counted
    ended      INTEGER,                     -- the first good run; NULL: still
    transition INTEGER NOT NULL,
    code       TEXT NOT NULL,
    detail     TEXT NOT NULL
) STRICT;
CREATE INDEX probe_down_began ON probe_down (probe_id, began);
CREATE UNIQUE INDEX probe_down_open ON probe_down (probe_id) WHERE ended IS NULL;
