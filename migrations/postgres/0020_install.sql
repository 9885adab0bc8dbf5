-- Somebody installs the app: from their click to what became of it. `cookie` and `state` are hashes of what their
-- browser keeps and of what Slack brings back. `answer` is sealed: what Slack gave for the code, until it is stored.
CREATE TABLE install_attempts (
    id              TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    cookie          TEXT COLLATE "C" NOT NULL,
    state           TEXT COLLATE "C" NOT NULL,
    status          TEXT NOT NULL,
    reason          TEXT,
    workspace_name  TEXT,
    answer          TEXT,
    created_at      TIMESTAMPTZ NOT NULL,
    updated_at      TIMESTAMPTZ NOT NULL,
    CONSTRAINT install_attempts_state UNIQUE (state)
);
CREATE INDEX install_attempts_created_at ON install_attempts (created_at);

-- Where an app rotates its tokens: what the next one is had for, sealed, and when this one ends.
ALTER TABLE installations ADD COLUMN refresh_token TEXT;
ALTER TABLE installations ADD COLUMN expires_at TIMESTAMPTZ;
ALTER TABLE user_tokens ADD COLUMN refresh_token TEXT;
ALTER TABLE user_tokens ADD COLUMN expires_at TIMESTAMPTZ;

-- Why a sync channel is paused: `admin`, somebody decided it; `uninstalled`, its workspace let us in no longer;
-- `left`, it is private and the bot is not in it since.
ALTER TABLE pauses ADD COLUMN cause TEXT NOT NULL DEFAULT 'admin';

-- Who did what: never changed, and kept when what it is about is gone.
CREATE TABLE audit_log (
    id       TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    at       TIMESTAMPTZ NOT NULL,
    team_id  TEXT COLLATE "C",
    actor    TEXT COLLATE "C" NOT NULL,
    action   TEXT NOT NULL,
    subject  TEXT,
    detail   TEXT
);
CREATE INDEX audit_log_team_id ON audit_log (team_id, id);
