-- People who let SyncBot speak in their own name; `token` is sealed.
CREATE TABLE user_tokens (
    workspace_id   TEXT NOT NULL REFERENCES workspaces (id),
    user_id        TEXT NOT NULL,
    token          TEXT NOT NULL,
    scopes         TEXT NOT NULL,
    authorized_at  TEXT NOT NULL,
    PRIMARY KEY (workspace_id, user_id)
);

-- In whose name a copy was posted, or a call under way posts it; without: in the bot's.
ALTER TABLE copies ADD COLUMN posted_as TEXT;

-- Copies that are being posted in somebody's own name. What Slack tells of them looks as if that person had
-- said it, until their ts is known.
CREATE TABLE echoes (
    copy_id       TEXT NOT NULL PRIMARY KEY REFERENCES copies (id),
    workspace_id  TEXT NOT NULL REFERENCES workspaces (id),
    channel_id    TEXT NOT NULL,
    user_id       TEXT NOT NULL
);
CREATE INDEX echoes_user ON echoes (workspace_id, channel_id, user_id);
