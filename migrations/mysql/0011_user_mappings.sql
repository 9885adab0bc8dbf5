-- Who a person of one workspace is in another. Without `target_user_id`: nobody, and nobody is to be found.
-- `is_manual`: somebody decided it.
CREATE TABLE user_mappings (
    workspace_id         VARCHAR(26) NOT NULL,
    user_id              VARCHAR(32) NOT NULL,
    target_workspace_id  VARCHAR(26) NOT NULL,
    target_user_id       VARCHAR(32),
    is_manual            BOOLEAN NOT NULL,
    updated_at           DATETIME(6) NOT NULL,
    PRIMARY KEY (workspace_id, user_id, target_workspace_id),
    CONSTRAINT user_mappings_workspace_id FOREIGN KEY (workspace_id) REFERENCES workspaces (id),
    CONSTRAINT user_mappings_target_workspace_id FOREIGN KEY (target_workspace_id) REFERENCES workspaces (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 /*M! COLLATE=utf8mb4_nopad_bin */ /*!50799 COLLATE=utf8mb4_0900_bin */;
