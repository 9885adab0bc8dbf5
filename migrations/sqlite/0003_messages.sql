-- One post a logical message, one copy a target channel and part.
CREATE TABLE posts (
    id            TEXT NOT NULL PRIMARY KEY,
    workspace_id  TEXT NOT NULL REFERENCES workspaces (id),
    channel_id    TEXT NOT NULL,
    ts            TEXT NOT NULL,
    root_post_id  TEXT REFERENCES posts (id),
    author        TEXT NOT NULL,
    body          TEXT,
    created_at    TEXT NOT NULL,
    CONSTRAINT posts_place UNIQUE (workspace_id, channel_id, ts)
);
CREATE INDEX posts_root ON posts (root_post_id) WHERE root_post_id IS NOT NULL;

CREATE TABLE copies (
    id             TEXT NOT NULL PRIMARY KEY,
    post_id        TEXT NOT NULL REFERENCES posts (id),
    workspace_id   TEXT NOT NULL REFERENCES workspaces (id),
    channel_id     TEXT NOT NULL,
    part           BIGINT NOT NULL,
    state          TEXT NOT NULL,
    ts             TEXT,
    call_deadline  BIGINT,
    created_at     TEXT NOT NULL,
    CONSTRAINT copies_part UNIQUE (post_id, workspace_id, channel_id, part)
);
CREATE INDEX copies_place ON copies (workspace_id, channel_id, ts);
