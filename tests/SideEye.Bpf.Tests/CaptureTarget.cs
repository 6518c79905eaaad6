using SideEye.Capture;
using SideEye.GoRuntime;
using SideEye.Host;
using SideEye.Linux;
using SideEye.Target;
using SideEye.Target.Native;

namespace SideEye.Bpf.Tests;

/// <summary>The Go program tests/targets/captures, and what a capture program must know of it.</summary>
internal sealed class CaptureTarget : IAsyncDisposable
{
    private const int AttemptsMax = 20;
    private const long Capacity = 64 << 20;
    private const ulong Magic = 0x5e1f5e1f5e1f5e1f;

    private const NativeTruncation OfCaptures =
        NativeTruncation.CapturesLate | NativeTruncation.CapturesLong | NativeTruncation.CapturesFull;

    // What is looked at here is bytes, not how long a busy machine takes.
    private static readonly CaptureLimits Patient =
        CaptureLimits.Default with { PauseMax = TimeSpan.FromSeconds(20) };

    private readonly BinaryCache binaries = new();
    private readonly ProcessMemory memory;

    private CaptureTarget(GoTarget target)
    {
        Target = target;
        Process = GoProcess.Open(target.ProcessId, binaries);
        memory = new LinuxProcess(target.ProcessId).Memory;
    }

    public GoTarget Target { get; }

    public GoProcess Process { get; }

    public static async Task<CaptureTarget> StartAsync(string version, params string[] arguments) =>
        new(await GoTarget.StartAsync("captures", version, arguments));

    public async ValueTask DisposeAsync()
    {
        await Target.DisposeAsync();
        binaries.Dispose();
    }

    public ulong Symbol(string name) => Process.Binary.Elf.FindSymbol(name)!.Value.Value + Process.LoadBias;

    public ulong Word(ulong address)
    {
        Assert.True(memory.TryReadUInt64(new TargetAddress(address), out ulong word));
        return word;
    }

    /// <summary>A program that knows the text of the target.</summary>
    public ProgramBuilder Program()
    {
        PclnTable table = Process.Binary.Pcln;
        return new ProgramBuilder(table.TextStart + Process.LoadBias, table.TextEnd - table.TextStart);
    }

    /// <summary>Runs operations once in a snapshot: main.main waits for commands, and is one frame.</summary>
    public ProgramImage Once(ProgramBuilder program, params NativeCaptureOp[] operations)
    {
        GoFunction main = Function("main.main");
        program.Frame(main.Entry, main.End, 0, operations);
        return program.Build();
    }

    public GoFunction Function(string name)
    {
        ulong entry = Process.Binary.Elf.FindSymbol(name)!.Value.Value;
        Assert.True(Process.Binary.Pcln.TryFindFunction(entry, out GoFunction function));
        return function;
    }

    /// <summary>Where the locals of main.capture lie, from its CFA; and what its CFA is from its SP.</summary>
    public (int CfaOffset, int Locals) CaptureFrame()
    {
        GoFunction function = Function("main.capture");
        using FrozenRead read = Take(null, null);
        foreach (GoroutineCopy copy in Enumerable.Range(0, read.RegionCount).SelectMany(new GoroutineCopies(read).In))
        {
            ReadOnlySpan<ulong> words = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, ulong>(copy.Stack);
            int locals = words.IndexOf(Magic);
            for (int i = 0; locals >= 0 && i < locals; i++)
            {
                if (!function.Contains(words[i])
                    || !Process.Binary.Pcln.TryStackDelta(function, words[i], out int delta) || delta == 0)
                {
                    continue;
                }
                int cfaOffset = delta + 8;
                return (cfaOffset, ((locals - i - 1) * 8) - cfaOffset);
            }
        }
        throw new InvalidOperationException("no goroutine of main.capture");
    }

    /// <summary>Takes a snapshot by the probe, or without one by process_vm_readv.</summary>
    /// <param name="probe">The probe.</param>
    /// <param name="program">What to capture.</param>
    /// <param name="chunks">Chunks of the probe that may be filled; 0: all.</param>
    public FrozenRead Take(Probe? probe, ProgramImage? program, uint chunks = 0)
    {
        for (int attempt = 1; ; attempt++)
        {
            NativeReader reader = probe is null ? NativeReader.VmRead : NativeReader.Bpf;
            NativeSnapshotRequest request = Process.Request(Patient, reader, Capacity, workers: 2);
            FrozenRead read = FrozenRead.Take(probe, request with { ChunksMax = chunks }, program);
            Assert.True(
                read.Result.Outcome == (uint)NativeOutcome.Done,
                $"{(NativeOutcome)read.Result.Outcome}, number {read.Result.ErrorNumber}");
            Assert.Equal(0u, read.Result.Truncated & ~(uint)OfCaptures);
            if (read.Result.Reader == (uint)reader)
                return read;
            read.Dispose(); // no thread found a processor in time for the probe
            Assert.True(attempt < AttemptsMax, "no thread of the target ever ran the probe");
        }
    }

    /// <summary>Loads a probe for a program, takes a snapshot by it, and hands out what was captured.</summary>
    public (NativeSnapshotResult Result, List<CapturedObject> Objects, int CutGoroutines) TakeByProbe(
        ProgramImage program)
    {
        using Probe probe = Probe.Load(Capacity, 100_000, program);
        return Captured(Take(probe, program));
    }

    /// <summary>The same by process_vm_readv.</summary>
    public (NativeSnapshotResult Result, List<CapturedObject> Objects, int CutGoroutines) TakeFromOutside(
        ProgramImage program) => Captured(Take(null, program));

    private static (NativeSnapshotResult Result, List<CapturedObject> Objects, int CutGoroutines) Captured(
        FrozenRead read)
    {
        using (read)
            return (read.Result, CapturedObjects.Of(read), CapturedObjects.CutGoroutines(read));
    }
}
