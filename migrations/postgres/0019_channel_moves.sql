-- Channels that have another id since. Slack may still tell of what was said under the old one.
CREATE TABLE channel_moves (
    workspace_id    TEXT COLLATE "C" NOT NULL REFERENCES workspaces (id),
    old_channel_id  TEXT COLLATE "C" NOT NULL,
    new_channel_id  TEXT COLLATE "C" NOT NULL,
    moved_at        TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (workspace_id, old_channel_id)
);
