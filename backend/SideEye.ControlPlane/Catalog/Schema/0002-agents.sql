-- Agents that people have added, besides those of options and files.
CREATE TABLE agents (
    address TEXT PRIMARY KEY,
    author TEXT NOT NULL,
    added_us INTEGER NOT NULL
);
