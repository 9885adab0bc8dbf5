-- How a channel shows what people at the others react: `native`, `attributed` or `off`.
ALTER TABLE sync_channels ADD COLUMN reaction_style TEXT NOT NULL DEFAULT 'native';

-- A line in a thread that says who reacted: the message `notice_id` says it at one place, of what somebody reacted
-- to the message `post_id` at another.
CREATE TABLE reaction_notices (
    notice_id          TEXT NOT NULL PRIMARY KEY REFERENCES posts (id),
    post_id            TEXT NOT NULL REFERENCES posts (id),
    workspace_id       TEXT NOT NULL REFERENCES workspaces (id),
    channel_id         TEXT NOT NULL,
    from_workspace_id  TEXT NOT NULL REFERENCES workspaces (id),
    from_channel_id    TEXT NOT NULL,
    user_id            TEXT NOT NULL,
    emoji              TEXT NOT NULL
);
CREATE INDEX reaction_notices_post ON reaction_notices (post_id, workspace_id, channel_id);
