-- Views of a snapshot file, in DuckDB's dialect, over snapshots, processes, goroutines and stack_frames.
-- Any of the tables may be empty. Rows come in the order in which a person wants them first.

CREATE VIEW frames AS
SELECT g.process_id, g.goroutine_id, f.frame_index, f.function, f.package, f.file, f.line, f.pc, f.is_inlined,
       f.table_name
FROM goroutines g
JOIN stack_frames f USING (stack_id);

COMMENT ON VIEW frames IS 'Every frame of every goroutine; frame_index 0 is the innermost.';

CREATE VIEW stacks AS
SELECT stack_id, list(function ORDER BY frame_index) AS functions
FROM stack_frames
GROUP BY stack_id;

COMMENT ON VIEW stacks IS 'The distinct stacks, each with its functions, innermost first.';

-- The code that someone looks for is not the standard library's, however deep in it the goroutine stands. Its packages
-- are told by their first element (go list std, Go 1.19 to 1.27): modules, too, may do without a dot in their path.
-- Where there is no other code, plumbing is left out; and a stack that is plumbing throughout (a goroutine of the
-- runtime) keeps its innermost frame.
CREATE VIEW stack_tops AS
WITH marked AS (
    SELECT stack_id, function, package, file, line, frame_index,
           coalesce(
               package <> '' AND NOT regexp_matches(
                   package,
                   '^(archive|bufio|bytes|cmp|compress|container|context|crypto|database|debug|embed|encoding'
                   || '|errors|expvar|flag|fmt|go|hash|html|image|index|internal|io|iter|log|maps|math|mime|net|os'
                   || '|path|plugin|reflect|regexp|runtime|slices|sort|strconv|strings|structs|sync|syscall|testing'
                   || '|text|time|unicode|unique|unsafe|uuid|vendor|weak)(/|$)'),
               false) AS is_of_module,
           coalesce(
               package IN ('runtime', 'sync', 'sync/atomic', 'syscall')
               OR package LIKE 'runtime/internal/%' OR package LIKE 'internal/%', false) AS is_plumbing
    FROM stack_frames
), tops AS (
    -- The innermost of the best kind: as one number, which compares faster than a row.
    SELECT stack_id,
           arg_min(
               struct_pack(function, package, file, line, frame_index),
               CASE WHEN is_of_module THEN 0 WHEN NOT is_plumbing THEN 1 ELSE 2 END * 4294967296 + frame_index) AS top
    FROM marked
    GROUP BY stack_id
)
SELECT stack_id, top.function, top.package, top.file, top.line, top.frame_index
FROM tops;

COMMENT ON VIEW stack_tops IS
    'Of each stack the innermost frame outside the standard library, else outside its plumbing (runtime, sync, syscall, internal): what the code was doing.';

CREATE VIEW goroutine_groups AS
WITH grouped AS (
    SELECT process_id, stack_id, status, wait_reason, is_system,
           count(*) AS count,
           max(waiting_for_ns) AS longest_waiting_ns,
           -- The longest wait, and of several the smallest identity: as one number, which compares faster than a row.
           arg_max(waiting_for_source, greatest(waiting_for_ns, -1)::HUGEINT * 18446744073709551616 - goroutine_id)
               FILTER (waiting_for_ns IS NOT NULL) AS longest_waiting_source,
           arg_max(goroutine_id, greatest(waiting_for_ns, -1)::HUGEINT * 18446744073709551616 - goroutine_id)
               AS example_goroutine_id,
           bool_or(truncated) AS truncated,
           -- What only some of the goroutines have in common is not the group's.
           min(created_by) IS NOT DISTINCT FROM max(created_by) AND count(created_by) IN (0, count(*))
               AND min(created_at_file) IS NOT DISTINCT FROM max(created_at_file)
               AND count(created_at_file) IN (0, count(*))
               AND min(created_at_line) IS NOT DISTINCT FROM max(created_at_line)
               AND count(created_at_line) IN (0, count(*)) AS is_created_at_one_place,
           any_value(created_by) AS created_by,
           any_value(created_at_file) AS created_at_file,
           any_value(created_at_line) AS created_at_line
    FROM goroutines
    GROUP BY process_id, stack_id, status, wait_reason, is_system
)
SELECT g.process_id, g.count, g.status, g.wait_reason, g.longest_waiting_ns, g.longest_waiting_source,
       g.example_goroutine_id, t.function, t.file, t.line,
       CASE WHEN g.is_created_at_one_place THEN g.created_by END AS created_by,
       CASE WHEN g.is_created_at_one_place THEN g.created_at_file END AS created_at_file,
       CASE WHEN g.is_created_at_one_place THEN g.created_at_line END AS created_at_line,
       g.is_system, g.truncated, g.stack_id, s.functions
FROM grouped g
LEFT JOIN stacks s USING (stack_id)
LEFT JOIN stack_tops t USING (stack_id)
ORDER BY g.process_id, g.is_system, g.longest_waiting_ns DESC NULLS LAST, g.count DESC, g.example_goroutine_id;

COMMENT ON VIEW goroutine_groups IS
    'Goroutines of a process with the same stack, status and wait reason: how many, the longest wait and whose bound it is, the goroutine that waits longest, the line of code that all are at, the go statement that started all of them (NULL when several did), and the functions, innermost first.';

CREATE VIEW top_frames AS
SELECT g.process_id, count(*) AS count, max(g.waiting_for_ns) AS longest_waiting_ns,
       t.function, t.file, t.line, g.is_system
FROM goroutines g
LEFT JOIN stack_tops t USING (stack_id)
GROUP BY g.process_id, t.function, t.file, t.line, g.is_system
ORDER BY g.process_id, g.is_system, count DESC, longest_waiting_ns DESC NULLS LAST, t.function, t.file, t.line;

COMMENT ON VIEW top_frames IS
    'Goroutines by the line of code they are at: the innermost frame outside the standard library, where there is one.';

CREATE VIEW waiting AS
SELECT g.process_id, g.goroutine_id, g.wait_reason, g.waiting_for_ns, g.waiting_for_source,
       t.function, t.file, t.line, g.start_function, g.created_by, g.labels
FROM goroutines g
LEFT JOIN stack_tops t USING (stack_id)
WHERE g.status = 'waiting' AND NOT g.is_system
ORDER BY g.waiting_for_ns DESC NULLS LAST, g.process_id, g.goroutine_id;

COMMENT ON VIEW waiting IS 'The goroutines that wait, without those of the runtime, longest known wait first.';

CREATE VIEW created_by_groups AS
SELECT process_id, count(*) AS count, max(waiting_for_ns) AS longest_waiting_ns,
       created_by, created_at_file, created_at_line, start_function, is_system
FROM goroutines
GROUP BY process_id, created_by, created_at_file, created_at_line, start_function, is_system
ORDER BY process_id, is_system, count DESC, longest_waiting_ns DESC NULLS LAST,
         created_by, created_at_file, created_at_line, start_function;

COMMENT ON VIEW created_by_groups IS
    'Goroutines by the go statement that started them: a leak shows as one statement with a growing count.';

CREATE VIEW status_counts AS
SELECT process_id, status, wait_reason, count(*) AS count, max(waiting_for_ns) AS longest_waiting_ns, is_system
FROM goroutines
GROUP BY process_id, status, wait_reason, is_system
ORDER BY process_id, is_system, count DESC, status, wait_reason;

COMMENT ON VIEW status_counts IS 'How many goroutines are in each status and wait reason.';
