-- Ordered lanes of jobs. Columns are explained in docs/DATA.md, the life of a lane in docs/JOBS.md.
CREATE TABLE lanes (
    lane        TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    priority    BIGINT NOT NULL,
    due_at      BIGINT,
    owner       TEXT,
    epoch       BIGINT NOT NULL,
    generation  BIGINT NOT NULL,
    sleeps_for  BIGINT
);
CREATE INDEX lanes_due ON lanes (priority, due_at) WHERE due_at IS NOT NULL;

CREATE TABLE jobs (
    id             TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    lane           TEXT COLLATE "C" NOT NULL,
    order_key      BIGINT NOT NULL,
    kind           TEXT NOT NULL,
    payload        TEXT,
    dedup_key      TEXT COLLATE "C",
    coalesce_key   TEXT COLLATE "C",
    state          TEXT NOT NULL,
    attempts       BIGINT NOT NULL,
    crashes        BIGINT NOT NULL,
    not_before     BIGINT NOT NULL,
    failing_since  BIGINT,
    last_error     TEXT,
    trace_context  TEXT,
    created_at     BIGINT NOT NULL,
    finished_at    BIGINT,
    CONSTRAINT jobs_dedup_key UNIQUE (dedup_key),
    CONSTRAINT jobs_coalesce_key UNIQUE (coalesce_key)
);
CREATE INDEX jobs_line ON jobs (lane, order_key, id) WHERE state = 'pending';
CREATE INDEX jobs_late ON jobs (lane, not_before) WHERE state = 'late';
CREATE INDEX jobs_finished ON jobs (state, finished_at) WHERE finished_at IS NOT NULL;

CREATE TABLE holds (
    scope     TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    until_at  BIGINT NOT NULL,
    reason    TEXT NOT NULL
);
