-- Wrong attempts at logging in, by account and by address: one waits, also after a restart and at every process.
CREATE TABLE login_attempt (
    key      TEXT NOT NULL PRIMARY KEY,    -- hash of "n" + name or "a" + address
    failures INTEGER NOT NULL,
    last     INTEGER NOT NULL
) STRICT;
-- When the person of a session last gave the password: asked again before something dangerous.
ALTER TABLE session ADD COLUMN proved INTEGER;
ALTER TABLE token ADD COLUMN used INTEGER;   -- the last time, to the minute
-- A first password that an administrator made: until when it works; a new one must be chosen before anything else.
ALTER TABLE account ADD COLUMN once_until INTEGER;
-- Comes in through the directory (LDAP), which also says the role.
ALTER TABLE account ADD COLUMN directory INTEGER NOT NULL DEFAULT 0;
