-- Who a person of one workspace is in another. Without `target_user_id`: nobody, and nobody is to be found.
-- `is_manual`: somebody decided it.
CREATE TABLE user_mappings (
    workspace_id         TEXT COLLATE "C" NOT NULL REFERENCES workspaces (id),
    user_id              TEXT COLLATE "C" NOT NULL,
    target_workspace_id  TEXT COLLATE "C" NOT NULL REFERENCES workspaces (id),
    target_user_id       TEXT COLLATE "C",
    is_manual            BOOLEAN NOT NULL,
    updated_at           TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (workspace_id, user_id, target_workspace_id)
);
