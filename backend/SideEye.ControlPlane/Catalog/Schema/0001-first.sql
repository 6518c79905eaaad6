-- Times are microseconds since 1970 (_us), spans nanoseconds (_ns).

CREATE TABLE snapshots (
    snapshot_id TEXT PRIMARY KEY,
    captured_at_us INTEGER NOT NULL,
    program TEXT,
    environment TEXT,
    requested_by TEXT NOT NULL,
    duration_ns INTEGER NOT NULL,
    file_bytes INTEGER NOT NULL,
    processes INTEGER NOT NULL,
    goroutines INTEGER NOT NULL,
    pause_max_ns INTEGER NOT NULL,
    spec_hash TEXT NOT NULL,
    is_truncated INTEGER NOT NULL,
    error TEXT,
    is_pinned INTEGER NOT NULL,
    is_part INTEGER NOT NULL
) STRICT;

-- Every version of every document; the newest says whether it is in force.
CREATE TABLE spec_versions (
    name TEXT NOT NULL,
    version INTEGER NOT NULL,
    yaml TEXT NOT NULL,
    author TEXT NOT NULL,
    at_us INTEGER NOT NULL,
    comment TEXT NOT NULL,
    is_removal INTEGER NOT NULL,
    PRIMARY KEY (name, version)
) STRICT;

CREATE TABLE schedules (
    name TEXT PRIMARY KEY,
    cron TEXT NOT NULL,
    program TEXT,
    environment TEXT,
    is_enabled INTEGER NOT NULL,
    author TEXT NOT NULL,
    last_run_us INTEGER,
    last_result TEXT
) STRICT;

CREATE TABLE audit (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    at_us INTEGER NOT NULL,
    who TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    outcome TEXT NOT NULL
) STRICT;

CREATE INDEX audit_at ON audit (at_us);

CREATE TABLE process_names (
    agent TEXT NOT NULL,
    key TEXT NOT NULL,
    name TEXT NOT NULL UNIQUE,
    seen_at_us INTEGER NOT NULL,
    PRIMARY KEY (agent, key)
) STRICT;
