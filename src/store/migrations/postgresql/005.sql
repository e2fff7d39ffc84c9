-- Tickets that are kept here, when no other tracker is used.
SELECT 1; -- nothing yet
