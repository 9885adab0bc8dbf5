-- Ordered lanes of jobs. Columns are explained in docs/DATA.md, the life of a lane in docs/JOBS.md.
--
-- Keys are compared byte by byte, without padding ('T1 ' is not 'T1'). No spelling of that is known to
-- both servers: MariaDB runs the comment marked M!, MySQL the one marked 50799 (a version number that
-- MariaDB skips).
CREATE TABLE lanes (
    lane        VARCHAR(191) NOT NULL PRIMARY KEY,
    priority    BIGINT NOT NULL,
    due_at      BIGINT,
    owner       VARCHAR(64),
    epoch       BIGINT NOT NULL,
    generation  BIGINT NOT NULL,
    sleeps_for  BIGINT,
    KEY lanes_due (priority, due_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 /*M! COLLATE=utf8mb4_nopad_bin */ /*!50799 COLLATE=utf8mb4_0900_bin */;

CREATE TABLE jobs (
    id             VARCHAR(26) NOT NULL PRIMARY KEY,
    lane           VARCHAR(191) NOT NULL,
    order_key      BIGINT NOT NULL,
    kind           VARCHAR(64) NOT NULL,
    payload        LONGTEXT,
    dedup_key      VARCHAR(191),
    coalesce_key   VARCHAR(191),
    state          VARCHAR(16) NOT NULL,
    attempts       BIGINT NOT NULL,
    crashes        BIGINT NOT NULL,
    not_before     BIGINT NOT NULL,
    failing_since  BIGINT,
    last_error     TEXT,
    trace_context  VARCHAR(128),
    created_at     BIGINT NOT NULL,
    finished_at    BIGINT,
    UNIQUE KEY jobs_dedup_key (dedup_key),
    UNIQUE KEY jobs_coalesce_key (coalesce_key),
    KEY jobs_line (lane, state, order_key, id),
    KEY jobs_finished (state, finished_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 /*M! COLLATE=utf8mb4_nopad_bin */ /*!50799 COLLATE=utf8mb4_0900_bin */;

CREATE TABLE holds (
    scope     VARCHAR(191) NOT NULL PRIMARY KEY,
    until_at  BIGINT NOT NULL,
    reason    TEXT NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 /*M! COLLATE=utf8mb4_nopad_bin */ /*!50799 COLLATE=utf8mb4_0900_bin */;
