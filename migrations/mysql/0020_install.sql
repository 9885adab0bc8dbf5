-- Somebody installs the app: from their click to what became of it. `cookie` and `state` are hashes of what their
-- browser keeps and of what Slack brings back. `answer` is sealed: what Slack gave for the code, until it is stored.
CREATE TABLE install_attempts (
    id              VARCHAR(26) NOT NULL PRIMARY KEY,
    cookie          VARCHAR(64) NOT NULL,
    state           VARCHAR(64) NOT NULL,
    status          VARCHAR(16) NOT NULL,
    reason          VARCHAR(64),
    workspace_name  TEXT,
    answer          TEXT,
    created_at      DATETIME(6) NOT NULL,
    updated_at      DATETIME(6) NOT NULL,
    UNIQUE KEY install_attempts_state (state),
    KEY install_attempts_created_at (created_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 /*M! COLLATE=utf8mb4_nopad_bin */ /*!50799 COLLATE=utf8mb4_0900_bin */;

-- Where an app rotates its tokens: what the next one is had for, sealed, and when this one ends.
ALTER TABLE installations
    ADD COLUMN refresh_token TEXT,
    ADD COLUMN expires_at DATETIME(6);
ALTER TABLE user_tokens
    ADD COLUMN refresh_token TEXT,
    ADD COLUMN expires_at DATETIME(6);

-- Why a sync channel is paused: `admin`, somebody decided it; `uninstalled`, its workspace let us in no longer;
-- `left`, it is private and the bot is not in it since.
ALTER TABLE pauses ADD COLUMN cause VARCHAR(16) NOT NULL DEFAULT 'admin';

-- Who did what: never changed, and kept when what it is about is gone.
CREATE TABLE audit_log (
    id       VARCHAR(26) NOT NULL PRIMARY KEY,
    at       DATETIME(6) NOT NULL,
    team_id  VARCHAR(32),
    actor    VARCHAR(64) NOT NULL,
    action   VARCHAR(64) NOT NULL,
    subject  TEXT,
    detail   TEXT,
    KEY audit_log_team_id (team_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 /*M! COLLATE=utf8mb4_nopad_bin */ /*!50799 COLLATE=utf8mb4_0900_bin */;
