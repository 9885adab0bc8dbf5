-- Channels that have another id since. Slack may still tell of what was said under the old one.
CREATE TABLE channel_moves (
    workspace_id    VARCHAR(26) NOT NULL,
    old_channel_id  VARCHAR(32) NOT NULL,
    new_channel_id  VARCHAR(32) NOT NULL,
    moved_at        DATETIME(6) NOT NULL,
    PRIMARY KEY (workspace_id, old_channel_id),
    CONSTRAINT channel_moves_workspace_id FOREIGN KEY (workspace_id) REFERENCES workspaces (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 /*M! COLLATE=utf8mb4_nopad_bin */ /*!50799 COLLATE=utf8mb4_0900_bin */;
