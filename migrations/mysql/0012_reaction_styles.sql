-- How a channel shows what people at the others react: `native`, `attributed` or `off`.
ALTER TABLE sync_channels ADD COLUMN reaction_style VARCHAR(16) NOT NULL DEFAULT 'native';

-- A line in a thread that says who reacted: the message `notice_id` says it at one place, of what somebody reacted
-- to the message `post_id` at another.
CREATE TABLE reaction_notices (
    notice_id          VARCHAR(26) NOT NULL PRIMARY KEY,
    post_id            VARCHAR(26) NOT NULL,
    workspace_id       VARCHAR(26) NOT NULL,
    channel_id         VARCHAR(32) NOT NULL,
    from_workspace_id  VARCHAR(26) NOT NULL,
    from_channel_id    VARCHAR(32) NOT NULL,
    user_id            VARCHAR(32) NOT NULL,
    emoji              VARCHAR(128) NOT NULL,
    KEY reaction_notices_post (post_id, workspace_id, channel_id),
    CONSTRAINT reaction_notices_notice_id FOREIGN KEY (notice_id) REFERENCES posts (id),
    CONSTRAINT reaction_notices_post_id FOREIGN KEY (post_id) REFERENCES posts (id),
    CONSTRAINT reaction_notices_workspace_id FOREIGN KEY (workspace_id) REFERENCES workspaces (id),
    CONSTRAINT reaction_notices_from_workspace_id FOREIGN KEY (from_workspace_id) REFERENCES workspaces (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 /*M! COLLATE=utf8mb4_nopad_bin */ /*!50799 COLLATE=utf8mb4_0900_bin */;
