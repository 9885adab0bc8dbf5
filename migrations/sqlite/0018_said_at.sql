-- Until when it is known what a message says (microseconds since 1970), if that is later than `version`: an edit of
-- before, of which Slack tells later, is undone since.
ALTER TABLE posts ADD COLUMN said_at BIGINT NOT NULL DEFAULT 0;
