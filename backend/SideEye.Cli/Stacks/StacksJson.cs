using System.Collections.Immutable;
using System.Text.Json;
using SideEye.Cli.Output;
using SideEye.Tables;

namespace SideEye.Cli.Stacks;

/// <summary>Goroutine groups as JSON: an array of processes, with the column names of the tables.</summary>
internal static class StacksJson
{
    private static readonly JsonWriterOptions Options = JsonValues.Options with { Indented = true };

    /// <summary>Writes all processes; without <paramref name="all"/> the runtime's goroutines and frames are left
    /// out as in the text.</summary>
    public static void Write(Stream output, ImmutableArray<SnapshotProcess> processes, bool all)
    {
        using (Utf8JsonWriter json = new(output, Options))
        {
            json.WriteStartArray();
            foreach (SnapshotProcess process in processes)
                WriteProcess(json, process, all);
            json.WriteEndArray();
        }
        output.Write("\n"u8);
    }

    private static void WriteProcess(Utf8JsonWriter json, SnapshotProcess process, bool all)
    {
        json.WriteStartObject();
        json.WriteNumber("process_id", process.ProcessId);
        json.WriteNumber("pid", process.Pid);
        json.WriteString("name", process.Name);
        json.WriteString("go_version", process.GoVersion);
        WriteNumber(json, "pause_ns", process.PauseNs);
        json.WriteBoolean("truncated", process.IsTruncated);
        json.WriteString("error", process.Error);
        json.WriteStartArray("groups");
        foreach (GoroutineGroup group in process.Groups)
        {
            if (all || !group.IsSystem)
                WriteGroup(json, group, all);
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteGroup(Utf8JsonWriter json, GoroutineGroup group, bool all)
    {
        json.WriteStartObject();
        json.WriteNumber("count", group.Count);
        json.WriteString("status", group.Status);
        json.WriteString("wait_reason", group.WaitReason);
        WriteNumber(json, "longest_waiting_ns", group.LongestWaitingNs);
        json.WriteString("longest_waiting_source", group.LongestWaitingSource);
        json.WriteNumber("example_goroutine_id", group.ExampleGoroutineId);
        json.WriteBoolean("is_system", group.IsSystem);
        json.WriteBoolean("truncated", group.IsTruncated);
        json.WriteString("created_by", group.CreatedBy);
        json.WriteString("created_at_file", group.CreatedAtFile);
        WriteNumber(json, "created_at_line", group.CreatedAtLine);
        json.WriteStartArray("frames");
        foreach (StackFrameRow frame in FrameVisibility.Shown(group.Frames, all))
        {
            json.WriteStartObject();
            json.WriteString("function", frame.Function);
            json.WriteString("package", frame.Package);
            json.WriteString("file", frame.File);
            WriteNumber(json, "line", frame.Line);
            json.WriteBoolean("is_inlined", frame.IsInlined);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteNumber(Utf8JsonWriter json, string name, long? value)
    {
        if (value is long number)
            json.WriteNumber(name, number);
        else
            json.WriteNull(name);
    }
}
