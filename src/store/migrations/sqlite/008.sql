-- Mails that came in.
SELECT 1; -- nothing yet
