-- Times (microseconds since 1970) of which Slack may not have told us everything, for one channel each.
-- `reached_ts`: what is later than this has been read again; `finished_at`: all of it.
CREATE TABLE gaps (
    workspace_id  VARCHAR(26) NOT NULL,
    channel_id    VARCHAR(32) NOT NULL,
    from_micros   BIGINT NOT NULL,
    until_micros  BIGINT NOT NULL,
    reason        VARCHAR(32) NOT NULL,
    reached_ts    VARCHAR(32),
    created_at    DATETIME(6) NOT NULL,
    finished_at   DATETIME(6),
    PRIMARY KEY (workspace_id, channel_id, from_micros, until_micros),
    CONSTRAINT gaps_workspace_id FOREIGN KEY (workspace_id) REFERENCES workspaces (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 /*M! COLLATE=utf8mb4_nopad_bin */ /*!50799 COLLATE=utf8mb4_0900_bin */;
