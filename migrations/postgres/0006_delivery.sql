-- What a call needs to know that looks whether an earlier one had its effect.
ALTER TABLE copies ADD COLUMN after_ts TEXT COLLATE "C";
ALTER TABLE copies ADD COLUMN looks BIGINT NOT NULL DEFAULT 0;
ALTER TABLE copies ADD COLUMN look_from TEXT COLLATE "C";

-- `stub`: one line that stands for a message from before the sync, so that a reply to it has a thread.
ALTER TABLE copies ADD COLUMN form TEXT NOT NULL DEFAULT 'full';
