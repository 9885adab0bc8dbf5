-- What this instance keeps about itself, and a check value for each key that seals its secrets.
CREATE TABLE instance_settings (
    name   VARCHAR(191) NOT NULL PRIMARY KEY,
    value  TEXT NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 /*M! COLLATE=utf8mb4_nopad_bin */ /*!50799 COLLATE=utf8mb4_0900_bin */;

CREATE TABLE sealing_keys (
    key_id       VARCHAR(16) NOT NULL PRIMARY KEY,
    check_value  TEXT NOT NULL,
    created_at   DATETIME(6) NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 /*M! COLLATE=utf8mb4_nopad_bin */ /*!50799 COLLATE=utf8mb4_0900_bin */;
