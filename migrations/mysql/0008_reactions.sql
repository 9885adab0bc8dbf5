-- What people reacted, each at the place where they see the message. `version`: when, in microseconds since
-- 1970; what is taken back stays with `is_present` false, so that an event that is late changes nothing.
CREATE TABLE reactions (
    post_id       VARCHAR(26) NOT NULL,
    workspace_id  VARCHAR(26) NOT NULL,
    channel_id    VARCHAR(32) NOT NULL,
    user_id       VARCHAR(32) NOT NULL,
    emoji         VARCHAR(128) NOT NULL,
    is_present    BOOLEAN NOT NULL,
    version       BIGINT NOT NULL,
    PRIMARY KEY (post_id, workspace_id, channel_id, user_id, emoji),
    CONSTRAINT reactions_post_id FOREIGN KEY (post_id) REFERENCES posts (id),
    CONSTRAINT reactions_workspace_id FOREIGN KEY (workspace_id) REFERENCES workspaces (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 /*M! COLLATE=utf8mb4_nopad_bin */ /*!50799 COLLATE=utf8mb4_0900_bin */;

-- What our bot shows of them at each other place; `is_refused`: Slack does not take it there.
CREATE TABLE shown_reactions (
    post_id       VARCHAR(26) NOT NULL,
    workspace_id  VARCHAR(26) NOT NULL,
    channel_id    VARCHAR(32) NOT NULL,
    emoji         VARCHAR(128) NOT NULL,
    is_refused    BOOLEAN NOT NULL,
    PRIMARY KEY (post_id, workspace_id, channel_id, emoji),
    CONSTRAINT shown_reactions_post_id FOREIGN KEY (post_id) REFERENCES posts (id),
    CONSTRAINT shown_reactions_workspace_id FOREIGN KEY (workspace_id) REFERENCES workspaces (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 /*M! COLLATE=utf8mb4_nopad_bin */ /*!50799 COLLATE=utf8mb4_0900_bin */;
