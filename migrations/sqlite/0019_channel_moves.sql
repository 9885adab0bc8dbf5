-- Channels that have another id since. Slack may still tell of what was said under the old one.
CREATE TABLE channel_moves (
    workspace_id    TEXT NOT NULL REFERENCES workspaces (id),
    old_channel_id  TEXT NOT NULL,
    new_channel_id  TEXT NOT NULL,
    moved_at        TEXT NOT NULL,
    PRIMARY KEY (workspace_id, old_channel_id)
);
