-- What people reacted, each at the place where they see the message. `version`: when, in microseconds since
-- 1970; what is taken back stays with `is_present` false, so that an event that is late changes nothing.
CREATE TABLE reactions (
    post_id       TEXT COLLATE "C" NOT NULL REFERENCES posts (id),
    workspace_id  TEXT COLLATE "C" NOT NULL REFERENCES workspaces (id),
    channel_id    TEXT COLLATE "C" NOT NULL,
    user_id       TEXT COLLATE "C" NOT NULL,
    emoji         TEXT COLLATE "C" NOT NULL,
    is_present    BOOLEAN NOT NULL,
    version       BIGINT NOT NULL,
    PRIMARY KEY (post_id, workspace_id, channel_id, user_id, emoji)
);

-- What our bot shows of them at each other place; `is_refused`: Slack does not take it there.
CREATE TABLE shown_reactions (
    post_id       TEXT COLLATE "C" NOT NULL REFERENCES posts (id),
    workspace_id  TEXT COLLATE "C" NOT NULL REFERENCES workspaces (id),
    channel_id    TEXT COLLATE "C" NOT NULL,
    emoji         TEXT COLLATE "C" NOT NULL,
    is_refused    BOOLEAN NOT NULL,
    PRIMARY KEY (post_id, workspace_id, channel_id, emoji)
);
