using System.Runtime.InteropServices;
using SideEye.Target.Native;

namespace SideEye.Bpf;

/// <summary>bpf/native/sideeye.h.</summary>
internal static unsafe partial class NativeCalls
{
    private const string Library = "sideeye";

    [LibraryImport(Library, EntryPoint = "se_probe_load")]
    internal static partial int ProbeLoad(
        byte* probe, nuint probeBytes, uint chunks, uint notes, NativeCaptureProgram* program, byte* log,
        nuint logBytes, out nint handle);

    [LibraryImport(Library, EntryPoint = "se_probe_free")]
    internal static partial void ProbeFree(nint probe);

    [LibraryImport(Library, EntryPoint = "se_probe_rest")]
    internal static partial int ProbeRest(nint probe);

    [LibraryImport(Library, EntryPoint = "se_probe_attach")]
    internal static partial int ProbeAttach(nint probe);

    [LibraryImport(Library, EntryPoint = "se_snapshot")]
    internal static partial NativeOutcome Snapshot(
        nint probe, in NativeSnapshotRequest request, NativeCaptureProgram* program, byte* tables, nuint tableBytes,
        out NativeSnapshotResult result, out nint output);

    [LibraryImport(Library, EntryPoint = "se_program_identity")]
    internal static partial int ProgramIdentity(int pid, out ulong device, out ulong inode);

    [LibraryImport(Library, EntryPoint = "se_output_chunks")]
    internal static partial uint OutputChunks(nint output);

    [LibraryImport(Library, EntryPoint = "se_output_regions")]
    internal static partial uint OutputRegions(nint output);

    [LibraryImport(Library, EntryPoint = "se_output_region")]
    internal static partial byte* OutputRegion(nint output, uint index, out nuint bytes);

    [LibraryImport(Library, EntryPoint = "se_output_free")]
    internal static partial void OutputFree(nint output);
}
