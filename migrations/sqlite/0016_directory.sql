-- Who is in a workspace. `email`, in lower case: by it somebody is known in another workspace as well.
-- `left_at`: no longer a member.
ALTER TABLE people ADD COLUMN email TEXT;
ALTER TABLE people ADD COLUMN left_at TEXT;
CREATE INDEX people_email ON people (workspace_id, email);
CREATE INDEX user_mappings_target ON user_mappings (target_workspace_id, target_user_id);

-- When everybody who is in a workspace was read last.
CREATE TABLE directories (
    workspace_id  TEXT NOT NULL PRIMARY KEY REFERENCES workspaces (id),
    read_at       TEXT NOT NULL
);
