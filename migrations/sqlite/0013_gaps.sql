-- Times (microseconds since 1970) of which Slack may not have told us everything, for one channel each.
-- `reached_ts`: what is later than this has been read again; `finished_at`: all of it.
CREATE TABLE gaps (
    workspace_id  TEXT NOT NULL REFERENCES workspaces (id),
    channel_id    TEXT NOT NULL,
    from_micros   BIGINT NOT NULL,
    until_micros  BIGINT NOT NULL,
    reason        TEXT NOT NULL,
    reached_ts    TEXT,
    created_at    TEXT NOT NULL,
    finished_at   TEXT,
    PRIMARY KEY (workspace_id, channel_id, from_micros, until_micros)
);
