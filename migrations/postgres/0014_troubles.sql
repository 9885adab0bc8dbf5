-- Who manages a workspace, as far as they are told of trouble: `place`, from 0, by how much it is theirs.
CREATE TABLE admins (
    workspace_id  TEXT COLLATE "C" NOT NULL REFERENCES workspaces (id),
    user_id       TEXT COLLATE "C" NOT NULL,
    place         BIGINT NOT NULL,
    seen_at       TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (workspace_id, user_id)
);

-- What a person has to put right before anything goes there again. `scope` is that of the hold,
-- `seen_at` in milliseconds on the database's clock.
CREATE TABLE troubles (
    scope    TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    seen_at  BIGINT NOT NULL
);

-- Copies that were given up, until the admins of both workspaces are told. `digest`: by the one of that time.
CREATE TABLE undelivered (
    copy_id  TEXT COLLATE "C" NOT NULL PRIMARY KEY REFERENCES copies (id),
    reason   TEXT COLLATE "C" NOT NULL,
    digest   BIGINT
);
CREATE INDEX undelivered_digest ON undelivered (digest);
