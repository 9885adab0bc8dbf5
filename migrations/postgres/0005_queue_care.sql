-- Jobs that wait for something are parked beside their lane, under the key of what they wait for.
ALTER TABLE jobs ADD COLUMN wait_key TEXT COLLATE "C";
CREATE INDEX jobs_wait_key ON jobs (wait_key) WHERE wait_key IS NOT NULL;

-- Jobs beside their lane, whether they failed for long or wait.
DROP INDEX jobs_late;
CREATE INDEX jobs_aside ON jobs (lane, not_before) WHERE state IN ('late', 'parked');

-- Lanes with nothing to do are removed some time later.
CREATE INDEX lanes_idle ON lanes (generation) WHERE due_at IS NULL;
