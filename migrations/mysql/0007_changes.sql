ALTER TABLE posts
    -- Messages that are edited or deleted after they were said. `version`: when the last change was made, in
    -- microseconds since 1970; 0: as it was said. `digest` tells whether what is said has changed.
    ADD COLUMN version BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN digest VARCHAR(64),
    ADD COLUMN deleted_at DATETIME(6);

ALTER TABLE copies
    -- The version of the message that the copy shows.
    ADD COLUMN version BIGINT NOT NULL DEFAULT 0;
