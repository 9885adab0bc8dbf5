-- What became of each file of a message in one target channel: the file there, or why there is none.
CREATE TABLE copy_files (
    workspace_id  VARCHAR(26) NOT NULL,
    copy_id       VARCHAR(26) NOT NULL,
    number        BIGINT NOT NULL,
    file_id       VARCHAR(32),
    problem       VARCHAR(255),
    PRIMARY KEY (copy_id, number),
    KEY copy_files_file (workspace_id, file_id),
    CONSTRAINT copy_files_workspace_id FOREIGN KEY (workspace_id) REFERENCES workspaces (id),
    CONSTRAINT copy_files_copy_id FOREIGN KEY (copy_id) REFERENCES copies (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 /*M! COLLATE=utf8mb4_nopad_bin */ /*!50799 COLLATE=utf8mb4_0900_bin */;
