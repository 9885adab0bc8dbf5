-- Who manages a workspace, as far as they are told of trouble: `place`, from 0, by how much it is theirs.
CREATE TABLE admins (
    workspace_id  VARCHAR(26) NOT NULL,
    user_id       VARCHAR(32) NOT NULL,
    place         BIGINT NOT NULL,
    seen_at       DATETIME(6) NOT NULL,
    PRIMARY KEY (workspace_id, user_id),
    CONSTRAINT admins_workspace_id FOREIGN KEY (workspace_id) REFERENCES workspaces (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 /*M! COLLATE=utf8mb4_nopad_bin */ /*!50799 COLLATE=utf8mb4_0900_bin */;

-- What a person has to put right before anything goes there again. `scope` is that of the hold,
-- `seen_at` in milliseconds on the database's clock.
CREATE TABLE troubles (
    scope    VARCHAR(191) NOT NULL PRIMARY KEY,
    seen_at  BIGINT NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 /*M! COLLATE=utf8mb4_nopad_bin */ /*!50799 COLLATE=utf8mb4_0900_bin */;

-- Copies that were given up, until the admins of both workspaces are told. `digest`: by the one of that time.
CREATE TABLE undelivered (
    copy_id  VARCHAR(26) NOT NULL PRIMARY KEY,
    reason   VARCHAR(500) NOT NULL,
    digest   BIGINT,
    KEY undelivered_digest (digest),
    CONSTRAINT undelivered_copy_id FOREIGN KEY (copy_id) REFERENCES copies (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 /*M! COLLATE=utf8mb4_nopad_bin */ /*!50799 COLLATE=utf8mb4_0900_bin */;
