-- What the sweep learnt to remember: answers of authorities, NIFs of the bodies.
SELECT 1; -- nothing yet
