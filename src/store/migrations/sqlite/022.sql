-- Whose watch it is: of several probers on one store one runs the probes and makes the rounds. Its beat goes on, or
-- another takes over.
CREATE TABLE probe_lease (
    name   TEXT NOT NULL PRIMARY KEY,
    holder TEXT NOT NULL,             -- a process (flow/worker.h); '' = nobody
    beat   INTEGER NOT NULL
) STRICT;
