-- Times (microseconds since 1970) of which Slack may not have told us everything, for one channel each.
-- `reached_ts`: what is later than this has been read again; `finished_at`: all of it.
CREATE TABLE gaps (
    workspace_id  TEXT COLLATE "C" NOT NULL REFERENCES workspaces (id),
    channel_id    TEXT COLLATE "C" NOT NULL,
    from_micros   BIGINT NOT NULL,
    until_micros  BIGINT NOT NULL,
    reason        TEXT COLLATE "C" NOT NULL,
    reached_ts    TEXT COLLATE "C",
    created_at    TIMESTAMPTZ NOT NULL,
    finished_at   TIMESTAMPTZ,
    PRIMARY KEY (workspace_id, channel_id, from_micros, until_micros)
);
