-- When a sync channel was paused: `from_micros` up to, not including, `until_micros` (microseconds since 1970);
-- without an end it is paused.
CREATE TABLE pauses (
    sync_channel_id  VARCHAR(26) NOT NULL,
    from_micros      BIGINT NOT NULL,
    until_micros     BIGINT,
    PRIMARY KEY (sync_channel_id, from_micros),
    CONSTRAINT pauses_sync_channel_id FOREIGN KEY (sync_channel_id) REFERENCES sync_channels (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 /*M! COLLATE=utf8mb4_nopad_bin */ /*!50799 COLLATE=utf8mb4_0900_bin */;

-- What changed in a channel since a pause began.
CREATE INDEX posts_changed ON posts (workspace_id, channel_id, version);
CREATE INDEX reactions_changed ON reactions (workspace_id, channel_id, version);
