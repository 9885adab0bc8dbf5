-- What became of each file of a message in one target channel: the file there, or why there is none.
CREATE TABLE copy_files (
    workspace_id  TEXT NOT NULL REFERENCES workspaces (id),
    copy_id       TEXT NOT NULL REFERENCES copies (id),
    number        BIGINT NOT NULL,
    file_id       TEXT,
    problem       TEXT,
    PRIMARY KEY (copy_id, number)
);
CREATE INDEX copy_files_file ON copy_files (workspace_id, file_id);
