-- Who takes part, and which channels are kept in step.
CREATE TABLE workspaces (
    id          VARCHAR(26) NOT NULL PRIMARY KEY,
    team_id     VARCHAR(32) NOT NULL,
    name        TEXT NOT NULL,
    created_at  DATETIME(6) NOT NULL,
    deleted_at  DATETIME(6),
    UNIQUE KEY workspaces_team_id (team_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 /*M! COLLATE=utf8mb4_nopad_bin */ /*!50799 COLLATE=utf8mb4_0900_bin */;

-- The bot of a workspace; `token` is sealed.
CREATE TABLE installations (
    workspace_id  VARCHAR(26) NOT NULL PRIMARY KEY,
    bot_user_id   VARCHAR(32) NOT NULL,
    bot_id        VARCHAR(32) NOT NULL,
    token         TEXT NOT NULL,
    scopes        TEXT NOT NULL,
    installed_at  DATETIME(6) NOT NULL,
    CONSTRAINT installations_workspace_id FOREIGN KEY (workspace_id) REFERENCES workspaces (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 /*M! COLLATE=utf8mb4_nopad_bin */ /*!50799 COLLATE=utf8mb4_0900_bin */;

CREATE TABLE syncs (
    id          VARCHAR(26) NOT NULL PRIMARY KEY,
    title       TEXT NOT NULL,
    created_at  DATETIME(6) NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 /*M! COLLATE=utf8mb4_nopad_bin */ /*!50799 COLLATE=utf8mb4_0900_bin */;

CREATE TABLE sync_channels (
    id            VARCHAR(26) NOT NULL PRIMARY KEY,
    sync_id       VARCHAR(26) NOT NULL,
    workspace_id  VARCHAR(26) NOT NULL,
    channel_id    VARCHAR(32) NOT NULL,
    publishes     BOOLEAN NOT NULL,
    subscribes    BOOLEAN NOT NULL,
    status        VARCHAR(16) NOT NULL,
    created_at    DATETIME(6) NOT NULL,
    UNIQUE KEY sync_channels_place (sync_id, workspace_id, channel_id),
    KEY sync_channels_channel (workspace_id, channel_id),
    CONSTRAINT sync_channels_sync_id FOREIGN KEY (sync_id) REFERENCES syncs (id),
    CONSTRAINT sync_channels_workspace_id FOREIGN KEY (workspace_id) REFERENCES workspaces (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 /*M! COLLATE=utf8mb4_nopad_bin */ /*!50799 COLLATE=utf8mb4_0900_bin */;

-- Names and pictures of people, as last seen in Slack.
CREATE TABLE people (
    workspace_id  VARCHAR(26) NOT NULL,
    user_id       VARCHAR(32) NOT NULL,
    name          TEXT NOT NULL,
    avatar_url    TEXT,
    seen_at       DATETIME(6) NOT NULL,
    PRIMARY KEY (workspace_id, user_id),
    CONSTRAINT people_workspace_id FOREIGN KEY (workspace_id) REFERENCES workspaces (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 /*M! COLLATE=utf8mb4_nopad_bin */ /*!50799 COLLATE=utf8mb4_0900_bin */;
