-- Renewals as they go: stages, consumed thresholds, corrections.
SELECT 1; -- nothing yet
