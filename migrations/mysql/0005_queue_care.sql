-- Jobs that wait for something are parked beside their lane, under the key of what they wait for.
ALTER TABLE jobs
    ADD COLUMN wait_key VARCHAR(191),
    ADD KEY jobs_wait_key (wait_key),
    -- Jobs beside their lane, whether they failed for long or wait.
    ADD KEY jobs_aside (lane, state, not_before);

-- Lanes with nothing to do are removed some time later.
ALTER TABLE lanes ADD KEY lanes_idle (due_at, generation);
