using System.Collections.Immutable;
using System.Globalization;
using SideEye.Cli.Output;
using SideEye.Tables;

namespace SideEye.Cli.Stacks;

/// <summary>Goroutine groups in the form of a Go goroutine dump, one entry a group.</summary>
internal sealed class StacksText(TextWriter output, bool all, bool hasColours)
{
    private const string Bold = "\e[1m";
    private const string Red = "\e[31m";
    private const string Plain = "\e[0m";

    /// <summary>Writes all processes.</summary>
    public void Write(ImmutableArray<SnapshotProcess> processes)
    {
        if (processes.IsEmpty)
            output.Write("No processes in this snapshot. The table snapshots may say why.\n");
        for (int index = 0; index < processes.Length; index++)
        {
            if (index > 0)
                output.Write('\n');
            WriteProcess(processes[index]);
        }
    }

    private void WriteProcess(SnapshotProcess process)
    {
        WriteHeading(process);
        long hidden = 0;
        foreach (GoroutineGroup group in process.Groups)
        {
            if (group.IsSystem && !all)
                hidden += group.Count;
            else
                WriteGroup(group);
        }
        if (hidden > 0)
            output.Write($"\n({Counted(hidden)} of the runtime hidden; --all shows them)\n");
    }

    private void WriteHeading(SnapshotProcess process)
    {
        long goroutines = process.Groups.Sum(group => group.Count);
        string version = process.GoVersion is null ? "" : $", {PlainText.Clean(process.GoVersion)}";
        string pause = process.PauseNs is long ns ? $", paused {DurationText.OfNanoseconds(ns)}" : "";
        WriteStyled(Bold,
            $"{PlainText.Clean(process.Name)} (process {process.ProcessId}, pid {process.Pid}{version}): "
            + $"{Counted(goroutines)}{pause}");
        if (process.IsTruncated)
            WriteStyled(Red, "truncated: some of this process's state is missing");
        if (process.Error is not null)
            WriteStyled(Red, $"error: {PlainText.Clean(process.Error)}");
    }

    private void WriteGroup(GoroutineGroup group)
    {
        output.Write('\n');
        WriteStyled(Bold, group.Count == 1
            ? $"goroutine {group.ExampleGoroutineId} [{State(group)}]:"
            : $"{Counted(group.Count)} [{State(group)}], e.g. {group.ExampleGoroutineId}:");
        ImmutableArray<StackFrameRow> frames = FrameVisibility.Shown(group.Frames, all);
        foreach (StackFrameRow frame in frames)
        {
            output.Write(PlainText.Clean(frame.Function ?? "(unknown function)"));
            output.Write(frame.IsInlined ? " (inlined)\n" : "\n");
            WritePlace(frame.File, frame.Line);
        }
        if (frames.IsEmpty)
            output.Write("(no stack could be read)\n");
        if (group.IsTruncated)
            output.Write("...outer frames missing...\n");
        if (group.CreatedBy is not null)
        {
            output.Write($"created by {PlainText.Clean(group.CreatedBy)}\n");
            WritePlace(group.CreatedAtFile, group.CreatedAtLine);
        }
    }

    private void WritePlace(string? file, int? line)
    {
        if (file is not null)
            output.Write(line is null ? $"\t{PlainText.Clean(file)}\n" : $"\t{PlainText.Clean(file)}:{line}\n");
    }

    /// <summary>
    /// The wait reason or status, and the longest wait with whose word that is. A garbage collection's is far from
    /// the truth and is not shown without saying so.
    /// </summary>
    private static string State(GoroutineGroup group)
    {
        string what = PlainText.Clean(group.WaitReason ?? group.Status ?? "unknown status");
        if (group.LongestWaitingNs is not long ns)
            return what;
        string longest = group.Count == 1 ? "waits" : "longest wait";
        string atLeast = group.LongestWaitingSource == "runtime" ? "at least " : "";
        string source = group.LongestWaitingSource is string whose ? $" ({PlainText.Clean(whose)})" : "";
        return $"{what}, {longest} {atLeast}{DurationText.OfNanoseconds(ns)}{source}";
    }

    private static string Counted(long goroutines) => goroutines == 1
        ? "1 goroutine"
        : string.Create(CultureInfo.InvariantCulture, $"{goroutines:N0} goroutines");

    private void WriteStyled(string style, string text) =>
        output.Write(hasColours ? $"{style}{text}{Plain}\n" : $"{text}\n");
}
