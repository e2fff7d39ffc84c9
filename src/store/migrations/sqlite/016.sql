-- The signed message that an IdPeticion was answered for: a replay is told from another request with the same id without
-- a second table, which now knows the messages that have no id of their own (polls).
ALTER TABLE gateway_seen ADD COLUMN replay TEXT;
