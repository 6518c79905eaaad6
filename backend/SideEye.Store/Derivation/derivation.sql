-- What a derivation leaves in a snapshot file beside the tables that it was asked for, in DuckDB's dialect.

CREATE TABLE derived_errors (table_name VARCHAR NOT NULL, column_name VARCHAR, error VARCHAR NOT NULL);
COMMENT ON TABLE derived_errors IS
    'Extra columns and derived tables of the spec that failed, with the reason; nothing else is affected.';
COMMENT ON COLUMN derived_errors.table_name IS 'The derived table, or the table of the extra column.';
COMMENT ON COLUMN derived_errors.column_name IS 'The extra column; NULL when a derived table failed.';
COMMENT ON COLUMN derived_errors.error IS 'What is wrong, or how many values do not fit the type.';

CREATE TABLE derived_tables (table_name VARCHAR NOT NULL, description VARCHAR, sql VARCHAR NOT NULL);
COMMENT ON TABLE derived_tables IS 'The tables that SQL of the spec made, in the order in which they were made.';
COMMENT ON COLUMN derived_tables.table_name IS 'Name of the table.';
COMMENT ON COLUMN derived_tables.description IS 'What the spec says about it.';
COMMENT ON COLUMN derived_tables.sql IS 'The SELECT that made it.';

CREATE TABLE derived_columns (
    table_name VARCHAR NOT NULL, column_name VARCHAR NOT NULL, sql VARCHAR NOT NULL, column_type VARCHAR NOT NULL);
COMMENT ON TABLE derived_columns IS 'The columns that SQL of the spec added to function tables.';
COMMENT ON COLUMN derived_columns.table_name IS 'The function table.';
COMMENT ON COLUMN derived_columns.column_name IS 'Name of the column.';
COMMENT ON COLUMN derived_columns.sql IS 'The expression, as the spec has it.';
COMMENT ON COLUMN derived_columns.column_type IS 'DuckDB''s type of the column.';

CREATE TABLE links (
    link_id INTEGER NOT NULL, from_table VARCHAR NOT NULL, from_columns VARCHAR[] NOT NULL,
    to_table VARCHAR NOT NULL, to_columns VARCHAR[] NOT NULL, description VARCHAR, pair_count BIGINT, error VARCHAR);
COMMENT ON TABLE links IS 'Pairs of tables whose rows belong together where the columns have equal values; both ways.';
COMMENT ON COLUMN links.link_id IS 'Identity of the link in this file, from 1 in the order of the spec.';
COMMENT ON COLUMN links.from_table IS 'Table at one end.';
COMMENT ON COLUMN links.from_columns IS 'Its columns.';
COMMENT ON COLUMN links.to_table IS 'Table at the other end.';
COMMENT ON COLUMN links.to_columns IS 'Its columns, in the same order.';
COMMENT ON COLUMN links.description IS 'What the link means.';
COMMENT ON COLUMN links.pair_count IS 'Pairs of rows that the link joins; NULL when it failed.';
COMMENT ON COLUMN links.error IS 'Why the link could not be matched; NULL when it was.';

-- Go's durations as text, such as 1h2m3.5s, 250ms or -1.5µs (time.Duration.String), or whole nanoseconds.
CREATE OR REPLACE MACRO go_duration_ns(duration) AS (
    SELECT CASE
        WHEN regexp_full_match(d, '[-+]?[0-9]{1,19}') THEN TRY_CAST(d AS BIGINT)
        WHEN regexp_full_match(
            d, '[-+]?([0-9]{1,7}h)?([0-9]{1,9}m)?([0-9]{1,18}(\.[0-9]{1,9})?(s|ms|us|µs|μs|ns))?')
            AND regexp_matches(d, '[0-9]')
        THEN TRY_CAST((CASE WHEN d[1] = '-' THEN -1 ELSE 1 END) * (
            coalesce(TRY_CAST(regexp_extract(d, '([0-9]+)h', 1) AS HUGEINT), 0) * 3600000000000
            + coalesce(TRY_CAST(regexp_extract(d, '([0-9]+)m([^s]|$)', 1) AS HUGEINT), 0) * 60000000000
            + CAST(coalesce(TRY_CAST(regexp_extract(d, '([0-9.]+)(s|ms|us|µs|μs|ns)$', 1) AS DECIMAL(28, 9)), 0)
                * (CASE regexp_extract(d, '[0-9](s|ms|us|µs|μs|ns)$', 1)
                    WHEN 's' THEN 1000000000 WHEN 'ms' THEN 1000000 WHEN 'ns' THEN 1 ELSE 1000 END) AS HUGEINT))
            AS BIGINT)
        END
    FROM (SELECT trim(CAST(duration AS VARCHAR), '"') AS d));
COMMENT ON MACRO go_duration_ns IS 'Nanoseconds of a Go duration such as 1m2.5s, or of a whole number; else NULL.';

-- RFC 3339 or whole nanoseconds since 1970; both are rounded down to DuckDB's microseconds.
CREATE OR REPLACE MACRO go_time(moment) AS (
    SELECT CASE
        WHEN regexp_full_match(m, '[-+]?[0-9]{1,19}')
        THEN make_timestamptz((TRY_CAST(m AS BIGINT)
            - ((TRY_CAST(m AS BIGINT) % 1000) + 1000) % 1000) // 1000)
        ELSE TRY_CAST(regexp_replace(m, '(\.[0-9]{6})[0-9]+', '\1') AS TIMESTAMPTZ)
        END
    FROM (SELECT trim(CAST(moment AS VARCHAR), '"') AS m));
COMMENT ON MACRO go_time IS 'The time that RFC 3339 text or whole nanoseconds since 1970 say; else NULL.';
