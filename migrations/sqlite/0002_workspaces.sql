-- Who takes part, and which channels are kept in step.
CREATE TABLE workspaces (
    id          TEXT NOT NULL PRIMARY KEY,
    team_id     TEXT NOT NULL,
    name        TEXT NOT NULL,
    created_at  TEXT NOT NULL,
    deleted_at  TEXT,
    CONSTRAINT workspaces_team_id UNIQUE (team_id)
);

-- The bot of a workspace; `token` is sealed.
CREATE TABLE installations (
    workspace_id  TEXT NOT NULL PRIMARY KEY REFERENCES workspaces (id),
    bot_user_id   TEXT NOT NULL,
    bot_id        TEXT NOT NULL,
    token         TEXT NOT NULL,
    scopes        TEXT NOT NULL,
    installed_at  TEXT NOT NULL
);

CREATE TABLE syncs (
    id          TEXT NOT NULL PRIMARY KEY,
    title       TEXT NOT NULL,
    created_at  TEXT NOT NULL
);

CREATE TABLE sync_channels (
    id            TEXT NOT NULL PRIMARY KEY,
    sync_id       TEXT NOT NULL REFERENCES syncs (id),
    workspace_id  TEXT NOT NULL REFERENCES workspaces (id),
    channel_id    TEXT NOT NULL,
    publishes     BOOLEAN NOT NULL,
    subscribes    BOOLEAN NOT NULL,
    status        TEXT NOT NULL,
    created_at    TEXT NOT NULL,
    CONSTRAINT sync_channels_place UNIQUE (sync_id, workspace_id, channel_id)
);
CREATE INDEX sync_channels_channel ON sync_channels (workspace_id, channel_id);

-- Names and pictures of people, as last seen in Slack.
CREATE TABLE people (
    workspace_id  TEXT NOT NULL REFERENCES workspaces (id),
    user_id       TEXT NOT NULL,
    name          TEXT NOT NULL,
    avatar_url    TEXT,
    seen_at       TEXT NOT NULL,
    PRIMARY KEY (workspace_id, user_id)
);
