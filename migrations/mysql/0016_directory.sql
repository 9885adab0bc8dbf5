-- Who is in a workspace. `email`, in lower case: by it somebody is known in another workspace as well.
-- `left_at`: no longer a member.
ALTER TABLE people ADD COLUMN email VARCHAR(320);
ALTER TABLE people ADD COLUMN left_at DATETIME(6);
ALTER TABLE people ADD KEY people_email (workspace_id, email);
ALTER TABLE user_mappings ADD KEY user_mappings_target (target_workspace_id, target_user_id);

-- When everybody who is in a workspace was read last.
CREATE TABLE directories (
    workspace_id  VARCHAR(26) NOT NULL PRIMARY KEY,
    read_at       DATETIME(6) NOT NULL,
    CONSTRAINT directories_workspace_id FOREIGN KEY (workspace_id) REFERENCES workspaces (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 /*M! COLLATE=utf8mb4_nopad_bin */ /*!50799 COLLATE=utf8mb4_0900_bin */;
