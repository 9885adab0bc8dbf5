-- Messages that are edited or deleted after they were said. `version`: when the last change was made, in
-- microseconds since 1970; 0: as it was said. `digest` tells whether what is said has changed.
ALTER TABLE posts ADD COLUMN version BIGINT NOT NULL DEFAULT 0;
ALTER TABLE posts ADD COLUMN digest TEXT;
ALTER TABLE posts ADD COLUMN deleted_at TEXT;

-- The version of the message that the copy shows.
ALTER TABLE copies ADD COLUMN version BIGINT NOT NULL DEFAULT 0;
