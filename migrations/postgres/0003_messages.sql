-- One post a logical message, one copy a target channel and part.
CREATE TABLE posts (
    id            TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    workspace_id  TEXT COLLATE "C" NOT NULL REFERENCES workspaces (id),
    channel_id    TEXT COLLATE "C" NOT NULL,
    ts            TEXT COLLATE "C" NOT NULL,
    root_post_id  TEXT COLLATE "C" REFERENCES posts (id),
    author        TEXT NOT NULL,
    body          TEXT,
    created_at    TIMESTAMPTZ NOT NULL,
    CONSTRAINT posts_place UNIQUE (workspace_id, channel_id, ts)
);
CREATE INDEX posts_root ON posts (root_post_id) WHERE root_post_id IS NOT NULL;

CREATE TABLE copies (
    id             TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    post_id        TEXT COLLATE "C" NOT NULL REFERENCES posts (id),
    workspace_id   TEXT COLLATE "C" NOT NULL REFERENCES workspaces (id),
    channel_id     TEXT COLLATE "C" NOT NULL,
    part           BIGINT NOT NULL,
    state          TEXT NOT NULL,
    ts             TEXT COLLATE "C",
    call_deadline  BIGINT,
    created_at     TIMESTAMPTZ NOT NULL,
    CONSTRAINT copies_part UNIQUE (post_id, workspace_id, channel_id, part)
);
CREATE INDEX copies_place ON copies (workspace_id, channel_id, ts);
