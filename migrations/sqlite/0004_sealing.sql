-- What this instance keeps about itself, and a check value for each key that seals its secrets.
CREATE TABLE instance_settings (
    name   TEXT NOT NULL PRIMARY KEY,
    value  TEXT NOT NULL
);

CREATE TABLE sealing_keys (
    key_id       TEXT NOT NULL PRIMARY KEY,
    check_value  TEXT NOT NULL,
    created_at   TEXT NOT NULL
);
