-- What an import told row by row when it was done, in the language of who did it: as many of each event as are listed.
CREATE TABLE import_line (
    import_id  INTEGER NOT NULL REFERENCES import(id),
    place      INTEGER NOT NULL, -- in the order in which they were told
    event      TEXT NOT NULL,   -- code of flow/import.h
    sheet      TEXT NOT NULL,
    row_number INTEGER NOT NULL, -- 0: about no row
    body       TEXT NOT NULL,   -- as the file names it; ''
    text       TEXT NOT NULL,
    PRIMARY KEY (import_id, place)
) STRICT, WITHOUT ROWID;
