-- Messages that go out, and what must be told to the tracker.
SELECT 1; -- nothing yet
