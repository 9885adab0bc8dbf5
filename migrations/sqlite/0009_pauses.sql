-- When a sync channel was paused: `from_micros` up to, not including, `until_micros` (microseconds since 1970);
-- without an end it is paused.
CREATE TABLE pauses (
    sync_channel_id  TEXT NOT NULL REFERENCES sync_channels (id),
    from_micros      BIGINT NOT NULL,
    until_micros     BIGINT,
    PRIMARY KEY (sync_channel_id, from_micros)
);

-- What changed in a channel since a pause began.
CREATE INDEX posts_changed ON posts (workspace_id, channel_id, version) WHERE version > 0;
CREATE INDEX reactions_changed ON reactions (workspace_id, channel_id, version);
