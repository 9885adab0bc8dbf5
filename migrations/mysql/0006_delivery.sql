ALTER TABLE copies
    -- What a call needs to know that looks whether an earlier one had its effect.
    ADD COLUMN after_ts VARCHAR(32),
    ADD COLUMN looks BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN look_from VARCHAR(32),
    -- `stub`: one line that stands for a message from before the sync, so that a reply to it has a thread.
    ADD COLUMN form VARCHAR(16) NOT NULL DEFAULT 'full';
