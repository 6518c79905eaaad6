using System.Runtime.InteropServices;
using SideEye.Capture.Births;
using SideEye.Capture.Frames;
using SideEye.Capture.Records;
using SideEye.Capture.Rows;
using SideEye.Capture.Values;
using SideEye.Capture.Waits;
using SideEye.GoRuntime;
using SideEye.GoRuntime.Goroutines;
using SideEye.GoRuntime.Unwinding;
using SideEye.Target;
using SideEye.Target.Native;

namespace SideEye.Capture;

/// <summary>Decodes the goroutines of one frozen process into rows.</summary>
internal sealed class GoroutineDecoder : IDisposable
{
    private readonly ProcessRecords records;
    private readonly GoBinary binary;
    private readonly CaptureLimits limits;
    private readonly StackTable.BinaryStacks stacks;
    private readonly TableBuilder rows;
    private readonly CopiedMemory memory = new();
    private readonly List<StoppedThread> threads = [];
    private readonly List<FrameKey> frames = [];
    private readonly List<ulong> stackPointers = [];
    private readonly Unwinder unwinder;
    private readonly CodePlaces places;
    private readonly LabelReader labels;
    private readonly BirthTimes births;
    private readonly CollectionEnds collections = new();
    private readonly FrameDecoder? captured;
    private StackStarts? starts;

    public GoroutineDecoder(
        ProcessRecords records, CaptureLimits limits, StackTable.BinaryStacks stacks, TableBuilder rows,
        CapturedTables tables)
    {
        this.records = records;
        this.limits = limits;
        this.stacks = stacks;
        this.rows = rows;
        binary = records.Binary;
        unwinder = new Unwinder(binary.Pcln, binary.Architecture, records.LoadBias, limits.StackFramesMax);
        places = new CodePlaces(binary.Pcln, records.LoadBias);
        labels = new LabelReader(memory, records.LabelFormat);
        births = new BirthTimes(records.Births, records.Result);
        captured = records.Capture is { } capture
            ? new FrameDecoder(records, capture, tables, stacks, memory) : null;
    }

    /// <summary>Rows written.</summary>
    public int Count { get; private set; }

    /// <summary>
    /// Goroutines whose runtime.g could not be read: they have no row, since not even their id is known.
    /// </summary>
    public int UnreadableCount { get; private set; }

    public void Decode()
    {
        collections.Add(records.CollectionEnd ?? 0);
        foreach (ReadOnlyMemory<byte> region in records.Regions)
            ReadSurroundings(region);
        starts = new StackStarts(binary, unwinder, memory, threads);
        foreach (ReadOnlyMemory<byte> region in records.Regions)
        {
            RecordCursor cursor = new(region);
            while (cursor.MoveNext())
            {
                if (cursor.Kind != NativeRecordKind.Goroutine)
                    continue;
                if (GoroutineRecord.TryRead(cursor.Body, binary.Layout.G.Size, out GoroutineRecord record))
                    WriteGoroutine(record);
                else
                    UnreadableCount++;
            }
        }
    }

    public void Dispose() => captured?.Dispose();

    /// <summary>Threads and pieces of memory, which goroutine records refer to, and what all goroutines together tell.
    /// </summary>
    private void ReadSurroundings(ReadOnlyMemory<byte> region)
    {
        RecordCursor cursor = new(region);
        while (cursor.MoveNext())
        {
            if (cursor.Kind == NativeRecordKind.Memory)
                memory.Add(cursor.Body);
            if (cursor.Kind == NativeRecordKind.Object && records.Capture is { } capture)
                memory.AddObject(cursor.Body, capture.Program);
            if (cursor.Kind == NativeRecordKind.Thread && ThreadRecord.TryRead(cursor.Body, out StoppedThread thread))
                threads.Add(thread);
            if (cursor.Kind == NativeRecordKind.Goroutine
                && GoroutineRecord.TryRead(cursor.Body, binary.Layout.G.Size, out GoroutineRecord record)
                && !record.Flags.HasFlag(NativeGoroutineFlags.GUnreadable))
            {
                collections.Add(new GoroutineView(binary.Layout.G, record.G).WaitSince);
            }
        }
    }

    private void WriteGoroutine(in GoroutineRecord record)
    {
        if (record.Flags.HasFlag(NativeGoroutineFlags.GUnreadable))
        {
            UnreadableCount++;
            return;
        }
        GoroutineView g = new(binary.Layout.G, record.G);
        ReadOnlyMemory<byte> copied = record.Stack(memory);
        StackBytes stack = new(record.StackStart, copied.Span);
        string? cut = Walk(g, record, stack);
        StackTable.Stack? known = frames.Count == 0 ? null : stacks.Intern(CollectionsMarshal.AsSpan(frames));
        if (known is { IsCut: true })
            cut ??= FrameLimitText;
        // Nobody's go statement started the first goroutine (runtime/traceback.go, printcreatedby).
        CodePlace created = g.Id == 1 ? default : places.BeforeReturnAddress(g.GoPc);
        CodePlace start = places.FunctionAt(g.StartPc);
        WaitBound? wait = WaitOf(g, stack);
        (DateTimeOffset? after, DateTimeOffset? before) = births.Of(g.Id);
        bool isWaiting = g.Status == GoroutineStatus.Waiting;
        rows.Int32(records.Facts.ProcessId).Int64(g.Id).Text(g.Status.Name())
            .Text(isWaiting ? binary.WaitReasons[g.WaitReason] : null)
            .Int64(wait?.Nanoseconds).Text(wait?.Source).Bool(IsSystem(g, start)).Int32(starts!.ThreadOf(g)?.ThreadId)
            .Int64(g.ParentId).Text(created.Function).Text(created.File).Int32(created.Line).Time(after)
            .Time(before).Text(start.Function).Text(labels.Read(g.Labels)).Int64(known?.Id)
            .Int32(known?.FrameCount ?? 0).Bool(cut is not null).Text(cut).EndRow();
        captured?.Write(
            g.Id, record.StackStart, copied, CaptureReason.OfCut(record.Flags), frames, stackPointers);
        Count++;
    }

    private string FrameLimitText => $"more than {limits.StackFramesMax} frames";

    /// <summary>Fills <see cref="frames"/>; answers why frames are missing, or null when none are.</summary>
    private string? Walk(in GoroutineView g, in GoroutineRecord record, in StackBytes stack)
    {
        frames.Clear();
        stackPointers.Clear();
        if (starts!.For(g) is not StackStart start)
            return "no saved stack pointer lies on the goroutine's stack";
        StackEnd end = unwinder.Walk(start, stack, frames, stackPointers, out Registers last);
        return end switch
        {
            StackEnd.Complete => null,
            StackEnd.FrameLimit => FrameLimitText,
            StackEnd.CopyLimit when record.Flags.HasFlag(NativeGoroutineFlags.StackCut) =>
                $"only the innermost {limits.StackBytesMax} bytes of the stack were copied",
            StackEnd.CopyLimit when record.Flags.HasFlag(NativeGoroutineFlags.StackUnreadable) =>
                "the stack's memory could not be read",
            StackEnd.CopyLimit when stack.End == stack.Start && TruncationText.IsOfGoroutines(records.Result) =>
                "the pause limit was reached before the stack was copied",
            StackEnd.CopyLimit => $"the stack ends unexpectedly at {last.StackPointer}",
            StackEnd.ForeignCode => $"the caller at {last.ProgramCounter} is not Go code of this program",
            _ => $"no table says where the caller of {last.ProgramCounter} is",
        };
    }

    /// <summary>
    /// runtime/traceback.go, isSystemGoroutine: finalizers and cleanups are the user's while they run user code.
    /// </summary>
    private bool IsSystem(in GoroutineView g, in CodePlace start)
    {
        bool runsUserCode = start.FuncId switch
        {
            GoFuncId.RunCleanups => g.IsRunningCleanups,
            GoFuncId.RunFinalizers => HasFrameOutsideRuntime(),
            _ => false,
        };
        return SystemGoroutine.Is(start.Function, start.FuncId, runsUserCode);
    }

    private bool HasFrameOutsideRuntime()
    {
        foreach (FrameKey key in frames)
        {
            foreach (PclnFrame frame in stacks.Expand(key))
            {
                if (!frame.Function.StartsWith("runtime.", StringComparison.Ordinal))
                    return true;
            }
        }
        return false;
    }

    /// <summary>A sleeper's timer is exact; else the longest of the bounds that are known.</summary>
    private WaitBound? WaitOf(in GoroutineView g, in StackBytes stack)
    {
        long now = (long)records.Result.MonotonicNs;
        if (SleepStart(g, stack) is long slept && slept <= now)
            return new WaitBound(now - slept, WaitBound.Timer);
        WaitBound? bound = null;
        if (g.Status == GoroutineStatus.Waiting && collections.LatestStart(g.WaitSince) is long begun && begun <= now)
            bound = new WaitBound(now - begun, WaitBound.Runtime);
        if (records.WaitClock?.FirstSeenNs(g) is long seen && seen <= now)
            bound = WaitBound.Longer(bound, new WaitBound(now - seen, WaitBound.Observed));
        return bound;
    }

    /// <summary>
    /// When time.Sleep(ns) began: it sets g.sleepWhen to its start plus ns (runtime/time.go, timeSleep, Go 1.23 on),
    /// and ns is in its spill slot as long as the compiler keeps it live there.
    /// </summary>
    private long? SleepStart(in GoroutineView g, in StackBytes stack)
    {
        const int sleepDepthMax = 6;
        // A sleep beyond the end of time is cut to the largest number: its start is lost.
        if (g.Status != GoroutineStatus.Waiting || g.SleepWhen is not (> 0 and < long.MaxValue))
            return null;
        if (binary.WaitReasons[g.WaitReason] != "sleep")
            return null;
        for (int i = 0; i + 1 < Math.Min(frames.Count, sleepDepthMax); i++)
        {
            if (!binary.Pcln.TryFindFunction(frames[i].Pc, out GoFunction function)
                || binary.Pcln.Name(function) != "time.Sleep")
            {
                continue;
            }
            bool isThere = binary.Pcln.TryArgumentSlot(
                function, frames[i].LookupPc, 0, out int offset, out int size, out bool isLive) && isLive && size == 8;
            // The arguments lie where the caller's stack pointer is while it calls (8 above it on arm64).
            ulong arguments = stackPointers[i + 1] + (binary.Architecture == Target.Architecture.Arm64 ? 8UL : 0);
            return isThere && stack.TryReadWord(arguments + (ulong)offset, out ulong ns) && ns - 1 < (ulong)g.SleepWhen
                ? g.SleepWhen - (long)ns
                : null;
        }
        return null;
    }
}
