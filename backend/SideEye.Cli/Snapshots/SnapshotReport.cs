using System.Text.Json;
using SideEye.Capture;
using SideEye.Cli.Output;
using SideEye.Host;
using SideEye.Target.Native;

namespace SideEye.Cli.Snapshots;

/// <summary>What <c>sideeye snapshot</c> says when it is done.</summary>
internal sealed class SnapshotReport(string path, SnapshotOutcome outcome, ReaderChoice asked)
{
    /// <summary>Partial when some process failed or a limit cut its capture short.</summary>
    public int ExitCode => outcome.Processes.All(IsWhole) ? Cli.ExitCode.Done : Cli.ExitCode.Partial;

    public void Write(Stream output, bool asJson)
    {
        if (asJson)
            WriteJson(output);
        else
            WriteText(output);
    }

    private void WriteText(Stream output)
    {
        using StreamWriter text = new(output);
        foreach (ProcessOutcome process in outcome.Processes)
        {
            if (process.Result is not NativeSnapshotResult result)
            {
                Console.Error.WriteLine($"sideeye: {process.Error}");
                continue;
            }
            bool fellBack = asked == ReaderChoice.Automatic && result.Reader == (uint)NativeReader.VmRead;
            text.WriteLine(
                $"pid {process.Pid}: {process.Goroutines} goroutines on {result.Threads} threads, "
                + $"paused {Milliseconds(result.PauseNs)}{(fellBack ? " (by process_vm_readv)" : "")}");
            if (TruncationText.Of(result) is string cut)
            {
                string advice = TruncationText.IsOfPause(result) ? "; allow a longer pause with --pause-max" : "";
                Console.Error.WriteLine($"sideeye: pid {process.Pid}: {cut}{advice}");
            }
        }
        text.WriteLine($"snapshot written to {path}");
        text.WriteLine($"  sideeye stacks {path}");
        text.WriteLine($"  sideeye sql {path} \"SELECT * FROM goroutine_groups\"");
    }

    private void WriteJson(Stream output)
    {
        using (Utf8JsonWriter json = new(output, JsonValues.Options))
        {
            json.WriteStartObject();
            json.WriteString("snapshot_id", outcome.SnapshotId);
            json.WriteString("file", path);
            json.WriteStartArray("processes");
            foreach (ProcessOutcome process in outcome.Processes)
                WriteProcess(json, process);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        output.Write("\n"u8);
    }

    private static void WriteProcess(Utf8JsonWriter json, ProcessOutcome process)
    {
        json.WriteStartObject();
        json.WriteNumber("pid", process.Pid);
        json.WriteString("error", process.Error);
        if (process.Result is NativeSnapshotResult result)
        {
            json.WriteNumber("goroutines", process.Goroutines);
            json.WriteString("reader", result.Reader == (uint)NativeReader.VmRead ? "vmread" : "bpf");
            json.WriteNumber("threads", result.Threads);
            json.WriteNumber("workers", result.Workers);
            json.WriteBoolean("truncated", result.Truncated != 0);
            json.WriteString("truncated_reason", TruncationText.Of(result));
            json.WriteNumber("missing", result.Late);
            json.WriteNumber("captured_bytes", result.CapturedBytes);
            json.WriteNumber("pause_ns", result.PauseNs);
            json.WriteNumber("stop_ns", result.StopNs);
            json.WriteNumber("trigger_ns", result.TriggerNs);
            json.WriteNumber("read_ns", result.ReadNs);
            json.WriteNumber("follow_ns", result.FollowNs);
            json.WriteNumber("resume_ns", result.ResumeNs);
        }
        json.WriteEndObject();
    }

    private static bool IsWhole(ProcessOutcome process) =>
        process.Error is null && process.Result is { Truncated: 0 };

    private static string Milliseconds(ulong nanoseconds) => $"{nanoseconds / 1e6:0.00} ms";
}
