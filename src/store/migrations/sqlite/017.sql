-- What the authorities say of integrators' certificates (core/gateway.h), asked by the role prober.
CREATE TABLE gateway_standing (
    fingerprint TEXT NOT NULL PRIMARY KEY, -- of gateway_certificate
    looked      INTEGER NOT NULL,          -- when it was asked last
    due         INTEGER NOT NULL,          -- when to ask again
    state       TEXT NOT NULL,           -- code of core/gateway.h
    until       INTEGER,                   -- from then on the answer is too old
    since       INTEGER,                   -- revoked: since when
    why         TEXT NOT NULL            -- whom it is from, or why nobody could say
) STRICT;
CREATE INDEX gateway_standing_looked ON gateway_standing (looked);
