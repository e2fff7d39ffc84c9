-- What the sweep learnt to remember: answers of authorities, NIFs of the bodies.

-- By the list of bodies, with its control character checked; NULL when the list does not say.
ALTER TABLE directory ADD COLUMN nif TEXT;

-- What authorities answered about certificates, to be judged anew by the next rounds while it is in its time.
CREATE TABLE revocation_answer (
    about       TEXT NOT NULL,           -- SHA-256 of the certificate (ocsp), or of the one that issued it (crl)
    url         TEXT NOT NULL,           -- who answered
    source      TEXT NOT NULL,           -- ocsp, crl
    answer      TEXT NOT NULL,           -- its bytes, in base64
    fetched     INTEGER NOT NULL,
    this_update INTEGER NOT NULL,
    next_update INTEGER NOT NULL,        -- what promises none is not kept
    PRIMARY KEY (about, url)
) STRICT;
