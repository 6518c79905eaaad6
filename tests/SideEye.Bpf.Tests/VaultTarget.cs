using System.Text;
using SideEye.Capture;
using SideEye.Host;
using SideEye.Probes;
using SideEye.Probes.Lowering;
using SideEye.Spec.Merging;
using SideEye.Spec.Model;
using SideEye.Spec.Reading;
using SideEye.Target.Native;

namespace SideEye.Bpf.Tests;

/// <summary>The Go program tests/targets/vault, and what leaves it in a snapshot.</summary>
internal sealed class VaultTarget : IAsyncDisposable
{
    private const int AttemptsMax = 20;
    private const long Capacity = 64 << 20;

    private const string Functions = """
        version: 1
        limits: { map_entries: 200, string_bytes: 1024, depth: 8 }
        functions:
          - { function: main.onHeap, capture: [h] }
          - { function: main.onStack, capture: [plain, box, two] }
          - { function: main.byValue, capture: [name] }
          - { function: main.busy, capture: [shown] }
          - { function: main.deep, capture: [depth] }
          - { function: main.handing, capture: [cookie] }
          - { function: main.hand, capture: [bytes] }

        """;

    // What is looked at here is bytes, not how long a busy machine takes.
    private static readonly CaptureLimits Patient =
        CaptureLimits.Default with { PauseMax = TimeSpan.FromSeconds(20) };

    private readonly BinaryCache binaries = new();
    private readonly GoTarget target;
    private readonly GoProcess process;

    private VaultTarget(GoTarget target)
    {
        this.target = target;
        process = GoProcess.Open(target.ProcessId, binaries);
    }

    public static async Task<VaultTarget> StartAsync(string version, string variant) =>
        new(await GoTarget.StartAsync(new GoFixture("vault", version, variant), "-spin"));

    public async ValueTask DisposeAsync()
    {
        await target.DisposeAsync();
        binaries.Dispose();
    }

    /// <summary>Everything that leaves the target and its probe in one snapshot, as a text of its bytes.</summary>
    /// <param name="inside">By the probe, or else by process_vm_readv.</param>
    /// <param name="redact">The last line of the spec.</param>
    public string Copy(bool inside, string redact = "")
    {
        CompiledCapture capture = CaptureCompiler.Compile(Spec(Functions + redact), process.Binary);
        Assert.Empty(capture.Bound.Problems);
        byte[] tables = capture.Program.Encode(process.LoadBias, out NativeCaptureProgram header);
        ProgramImage image = new(header, tables);
        using Probe? probe = inside ? Probe.Load(Capacity, 100_000, image) : null;
        using FrozenRead read = Take(probe, image);
        Assert.Equal(0ul, read.Result.CaptureCut);
        StringBuilder text = new();
        for (int region = 0; region < read.RegionCount; region++)
            text.Append(Encoding.Latin1.GetString(read.Region(region).Span));
        return text.ToString();
    }

    private FrozenRead Take(Probe? probe, ProgramImage image)
    {
        for (int attempt = 1; ; attempt++)
        {
            NativeReader reader = probe is null ? NativeReader.VmRead : NativeReader.Bpf;
            FrozenRead read = FrozenRead.Take(probe, process.Request(Patient, reader, Capacity, workers: 2), image);
            Assert.Equal((uint)NativeOutcome.Done, read.Result.Outcome);
            Assert.Equal(0u, read.Result.Truncated);
            if (read.Result.Reader == (uint)reader)
                return read;
            read.Dispose(); // no thread found a processor in time for the probe
            Assert.True(attempt < AttemptsMax, "no thread of the target ever ran the probe");
        }
    }

    private static CaptureSpec Spec(string text)
    {
        SpecReading read = SpecReader.Read(text, "spec.yaml");
        Assert.Empty(read.Problems);
        SpecReading merged = SpecMerger.Merge([], read.Spec!);
        Assert.Empty(merged.Problems);
        return merged.Spec!;
    }
}
