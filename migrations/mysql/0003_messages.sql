-- One post a logical message, one copy a target channel and part.
CREATE TABLE posts (
    id            VARCHAR(26) NOT NULL PRIMARY KEY,
    workspace_id  VARCHAR(26) NOT NULL,
    channel_id    VARCHAR(32) NOT NULL,
    ts            VARCHAR(32) NOT NULL,
    root_post_id  VARCHAR(26),
    author        TEXT NOT NULL,
    body          LONGTEXT,
    created_at    DATETIME(6) NOT NULL,
    UNIQUE KEY posts_place (workspace_id, channel_id, ts),
    KEY posts_root (root_post_id),
    CONSTRAINT posts_workspace_id FOREIGN KEY (workspace_id) REFERENCES workspaces (id),
    CONSTRAINT posts_root_post_id FOREIGN KEY (root_post_id) REFERENCES posts (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 /*M! COLLATE=utf8mb4_nopad_bin */ /*!50799 COLLATE=utf8mb4_0900_bin */;

CREATE TABLE copies (
    id             VARCHAR(26) NOT NULL PRIMARY KEY,
    post_id        VARCHAR(26) NOT NULL,
    workspace_id   VARCHAR(26) NOT NULL,
    channel_id     VARCHAR(32) NOT NULL,
    part           BIGINT NOT NULL,
    state          VARCHAR(16) NOT NULL,
    ts             VARCHAR(32),
    call_deadline  BIGINT,
    created_at     DATETIME(6) NOT NULL,
    UNIQUE KEY copies_part (post_id, workspace_id, channel_id, part),
    KEY copies_place (workspace_id, channel_id, ts),
    CONSTRAINT copies_post_id FOREIGN KEY (post_id) REFERENCES posts (id),
    CONSTRAINT copies_workspace_id FOREIGN KEY (workspace_id) REFERENCES workspaces (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 /*M! COLLATE=utf8mb4_nopad_bin */ /*!50799 COLLATE=utf8mb4_0900_bin */;
