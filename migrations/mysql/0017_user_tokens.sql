-- People who let SyncBot speak in their own name; `token` is sealed.
CREATE TABLE user_tokens (
    workspace_id   VARCHAR(26) NOT NULL,
    user_id        VARCHAR(32) NOT NULL,
    token          TEXT NOT NULL,
    scopes         TEXT NOT NULL,
    authorized_at  DATETIME(6) NOT NULL,
    PRIMARY KEY (workspace_id, user_id),
    CONSTRAINT user_tokens_workspace_id FOREIGN KEY (workspace_id) REFERENCES workspaces (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 /*M! COLLATE=utf8mb4_nopad_bin */ /*!50799 COLLATE=utf8mb4_0900_bin */;

-- In whose name a copy was posted, or a call under way posts it; without: in the bot's.
ALTER TABLE copies ADD COLUMN posted_as VARCHAR(32);

-- Copies that are being posted in somebody's own name. What Slack tells of them looks as if that person had
-- said it, until their ts is known.
CREATE TABLE echoes (
    copy_id       VARCHAR(26) NOT NULL PRIMARY KEY,
    workspace_id  VARCHAR(26) NOT NULL,
    channel_id    VARCHAR(32) NOT NULL,
    user_id       VARCHAR(32) NOT NULL,
    KEY echoes_user (workspace_id, channel_id, user_id),
    CONSTRAINT echoes_copy_id FOREIGN KEY (copy_id) REFERENCES copies (id),
    CONSTRAINT echoes_workspace_id FOREIGN KEY (workspace_id) REFERENCES workspaces (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 /*M! COLLATE=utf8mb4_nopad_bin */ /*!50799 COLLATE=utf8mb4_0900_bin */;
