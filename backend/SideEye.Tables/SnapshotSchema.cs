using System.Collections.Immutable;
using System.Reflection;
using Apache.Arrow;
using Apache.Arrow.Types;

namespace SideEye.Tables;

/// <summary>
/// The tables that a snapshot delivers as record batches, version 1: names, column types and what each column means.
/// A column is nullable exactly where its value may be unknown; unknown is never a zero or an empty text.
/// </summary>
public static class SnapshotSchema
{
    /// <summary>The version of this schema, raised when a column changes its name, type or meaning.</summary>
    public const int Version = 1;

    /// <summary>The key of a schema's or field's metadata that holds its description for people.</summary>
    public const string CommentKey = "comment";

    /// <summary>Name of the table with one row for the snapshot itself.</summary>
    public const string SnapshotsTable = "snapshots";

    /// <summary>Name of the table with one row for each captured process.</summary>
    public const string ProcessesTable = "processes";

    /// <summary>Name of the table with one row for each live goroutine.</summary>
    public const string GoroutinesTable = "goroutines";

    /// <summary>Name of the table with one row for each frame of each distinct stack.</summary>
    public const string StackFramesTable = "stack_frames";

    /// <summary>Columns of <see cref="SnapshotsTable"/>.</summary>
    public static Schema Snapshots { get; } = Table(
        "The snapshot in this file: one row.",
        Text("snapshot_id", "Identity of the snapshot.", known: true),
        Time("captured_at", "When the capture began (agent's clock)."),
        Text("spec_hash", "Hash of the spec that chose the captured variables; NULL without a spec."),
        Text("program", "Program that was asked for, as the spec names it."),
        Text("environment", "Environment that was asked for."),
        Text("requested_by", "Who or what asked for the snapshot."),
        Int64("duration_ns", "From the request to the last row, in nanoseconds."),
        Bool("truncated", "A limit or deadline was hit: some of the state is missing.", known: true),
        Text("error", "Why (part of) the snapshot failed; NULL when nothing did."));

    /// <summary>Columns of <see cref="ProcessesTable"/>.</summary>
    public static Schema Processes { get; } = Table(
        "The captured processes.",
        Int32("process_id", "Identity of the process in this snapshot.", known: true),
        Text("host", "Host that the process runs on."),
        Text("agent",
            "Address of the agent that captured it, as the control plane has it; NULL without a control plane."),
        Int32("pid", "Process id on its host; NULL in the row of an agent that could not be asked."),
        Text("program", "Program that the process was matched to."),
        Text("environment", "Environment that the process was matched to."),
        Text("friendly_name", "Short name for people."),
        Text("container_id", "Container that the process runs in; NULL outside of one."),
        Text("pod", "Kubernetes pod, as namespace/name, or its uid where the name is not known."),
        Text("executable", "Path of the executable."),
        Text("build_id", "Build id of the executable."),
        Text("go_version", "Go version that the executable was built with, such as go1.25.3."),
        Text("arch", "Processor architecture: amd64 or arm64."),
        Text("debug_info", "yes, or no with the reason, such as no: stripped; says whether variables can be captured."),
        Text("reader", "What read the memory: bpf or vmread."),
        Time("captured_at", "When the process was paused (agent's clock)."),
        Int64("monotonic_ns",
            "CLOCK_MONOTONIC of its host when it was paused, in nanoseconds: Go's timers count in it."),
        Int64("clock_offset_ns", "The agent's clock minus the control plane's, in nanoseconds; NULL when not known."),
        Int64("skew_ns",
            "How much later than the snapshot's first process it was paused; clock offsets are taken out."),
        Int64("pause_ns", "How long the process was paused, in nanoseconds."),
        Int32("goroutine_count", "Live goroutines captured."),
        Int32("dead_goroutine_count", "Free g structs that the runtime keeps for reuse; no row in goroutines."),
        Int64("captured_bytes", "Bytes copied from the process during the pause."),
        Bool("truncated", "A limit or deadline was hit: some of the process's state is missing.", known: true),
        Text("error", "Why (part of) the process could not be captured; NULL when nothing failed."));

    /// <summary>Columns of <see cref="GoroutinesTable"/>.</summary>
    public static Schema Goroutines { get; } = Table(
        "The live goroutines, each exactly once.",
        Int32("process_id", "Process of the goroutine: processes.process_id.", known: true),
        Int64("goroutine_id", "The runtime's goid: the number in a goroutine dump.", known: true),
        Text("status", "The runtime's status: runnable, running, syscall, waiting, preempted, ..."),
        Text("wait_reason", "The runtime's wait reason, such as chan receive; NULL when not waiting."),
        Int64("waiting_for_ns", "Best known lower bound of the time waited; NULL when none is known."),
        Text("waiting_for_source", "Whose bound: runtime (set by a garbage collection), observed, timer, event."),
        Bool("is_system", "A goroutine of the runtime itself, hidden from goroutine dumps.", known: true),
        Int32("thread_id", "Thread that runs the goroutine; NULL when none does."),
        Int64("parent_goroutine_id", "Goroutine whose go statement started this one; NULL when unknown."),
        Text("created_by", "Function that holds the go statement."),
        Text("created_at_file", "Source file of the go statement."),
        Int32("created_at_line", "Line of the go statement."),
        Time("created_after", "It was not there yet; NULL when unknown, or when it was there before anybody looked."),
        Time("created_before", "It was there by then; NULL when nobody looked before the snapshot."),
        Text("start_function", "Function that the goroutine was started with."),
        Text("labels", "pprof labels as a JSON object; NULL when it has none."),
        Int64("stack_id", "Stack of the goroutine: stack_frames.stack_id; NULL when no stack could be read."),
        Int32("frame_count", "Frames of the stack, inlined calls included."),
        Bool("truncated", "Frames are missing at the outer end of the stack.", known: true),
        Text("truncated_reason", "Why frames are missing; NULL when none are."));

    /// <summary>Columns of <see cref="StackFramesTable"/>.</summary>
    public static Schema StackFrames { get; } = Table(
        "The distinct stacks, frame by frame; thousands of goroutines share a few stacks. See the view frames.",
        Int64("stack_id", "Identity of the stack in this snapshot.", known: true),
        Int32("frame_index", "0 is the innermost frame.", known: true),
        Text("function", "Function as in the symbol table, such as net/http.(*conn).serve."),
        Text("package", "Import path of the function's package."),
        Text("file", "Source file, as the compiler recorded it."),
        Int32("line", "Line of the call, or of the next instruction in frame 0."),
        UInt64("pc", "Program counter as an address in the executable as linked."),
        Bool("is_inlined", "The call was inlined: the frame has no stack frame of its own.", known: true),
        Text("table_name", "Function table of the frame's captured variables; NULL when there is none."));

    /// <summary>The four tables in the order in which a snapshot file creates them.</summary>
    public static ImmutableArray<KeyValuePair<string, Schema>> Tables { get; } =
    [
        new(SnapshotsTable, Snapshots),
        new(ProcessesTable, Processes),
        new(GoroutinesTable, Goroutines),
        new(StackFramesTable, StackFrames),
    ];

    /// <summary>SQL (DuckDB's dialect) that creates the views over <see cref="Tables"/> in a new file.</summary>
    public static string Views { get; } = ReadViews();

    private static Schema Table(string comment, params Field[] columns) =>
        new(columns, [new KeyValuePair<string, string>(CommentKey, comment)]);

    private static Field Text(string name, string comment, bool known = false) =>
        Column(name, StringType.Default, comment, known);

    private static Field Int32(string name, string comment, bool known = false) =>
        Column(name, Int32Type.Default, comment, known);

    private static Field Int64(string name, string comment, bool known = false) =>
        Column(name, Int64Type.Default, comment, known);

    private static Field UInt64(string name, string comment) =>
        Column(name, UInt64Type.Default, comment, known: false);

    private static Field Bool(string name, string comment, bool known) =>
        Column(name, BooleanType.Default, comment, known);

    // Microseconds are what DuckDB's TIMESTAMPTZ holds: the buffer is stored as it is.
    private static Field Time(string name, string comment) =>
        Column(name, new TimestampType(TimeUnit.Microsecond, "UTC"), comment, known: false);

    private static Field Column(string name, IArrowType type, string comment, bool known) =>
        new(name, type, nullable: !known, [new KeyValuePair<string, string>(CommentKey, comment)]);

    private static string ReadViews()
    {
        Assembly assembly = typeof(SnapshotSchema).Assembly;
        using Stream stream = assembly.GetManifestResourceStream("SideEye.Tables.views.sql")
            ?? throw new InvalidOperationException("views.sql is not embedded in SideEye.Tables.");
        using StreamReader reader = new(stream);
        return reader.ReadToEnd();
    }
}
