using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using SideEye.Elf;
using SideEye.GoRuntime;
using SideEye.Linux;
using SideEye.Probes;
using SideEye.Probes.Keeping;
using SideEye.Spec.Model;

namespace SideEye.Host;

/// <summary>
/// Specs compiled for binaries: the second snapshot of a binary with the same spec compiles nothing, nor does the first
/// of a later run. Safe for use by several threads.
/// </summary>
/// <param name="indexes">Where compiled specs and indexes of programs are kept, so that a later run need not go through
/// the binary's debug information again; null to keep none.</param>
public sealed class CapturePrograms(IndexFiles? indexes = null)
{
    private readonly ConditionalWeakTable<GoBinary, OfBinary> compiled = [];
    private int compilations;

    /// <summary>How often something was compiled so far.</summary>
    public int Compilations => Volatile.Read(ref compilations);

    /// <summary>The spec compiled for a binary, now or at an earlier time; null when it has no debug information, or
    /// the spec captures nothing.</summary>
    /// <exception cref="Target.MalformedFileException">The debug information is broken.</exception>
    /// <exception cref="TargetException">The spec captures too much of it.</exception>
    public CompiledCapture? For(GoBinary binary, CaptureSpec spec)
    {
        if (!binary.DebugInformation.IsAvailable || spec.Functions.IsEmpty)
            return null;
        OfBinary of = compiled.GetValue(binary, static one => new OfBinary(one));
        return of.BySpec.GetOrAdd(
            spec.CaptureHash, _ => new Lazy<CompiledCapture>(() => Take(binary, spec, of.Digest))).Value;
    }

    /// <summary>The spec compiled anew for a binary with debug information.</summary>
    /// <exception cref="Target.MalformedFileException">The debug information is broken.</exception>
    /// <exception cref="TargetException">The spec captures too much of it.</exception>
    public CompiledCapture Compile(GoBinary binary, CaptureSpec spec)
    {
        Interlocked.Increment(ref compilations);
        try
        {
            if (indexes is null || binary.BuildId is not { } buildId)
                return CaptureCompiler.Compile(spec, binary);
            using MappedFile? index = indexes.TryOpenFunctions(buildId);
            CompiledCapture made = CaptureCompiler.Compile(
                spec, binary, index?.Memory ?? default, bytes => indexes.TryKeepFunctions(buildId, bytes));
            MappedProgram.Keep(indexes, buildId, binary.DebugInformation.Dwarf!, made.Types);
            return made;
        }
        catch (CaptureTooLargeException e)
        {
            throw new TargetException(TargetProblem.NotSupported, e.Message, e);
        }
    }

    private CompiledCapture Take(GoBinary binary, CaptureSpec spec, Lazy<string> digest)
    {
        if (indexes is null || CaptureKey.TryMake(spec, binary, () => digest.Value) is not { } key)
            return Compile(binary, spec);
        if (TryRead(key, spec, binary) is { } kept)
        {
            MappedProgram.Keep(indexes, key.BuildId, binary.DebugInformation.Dwarf!, kept.Types);
            return kept;
        }
        CompiledCapture made = Compile(binary, spec);
        if (KeptCapture.TryWrite(made, spec, key) is { } parts)
            indexes.TryKeepCapture(key, parts);
        return made;
    }

    private CompiledCapture? TryRead(CaptureKey key, CaptureSpec spec, GoBinary binary)
    {
        using MappedFile? file = indexes!.TryOpenCapture(key);
        if (file is null)
            return null;
        CompiledCapture? kept = KeptParts.TryOpen(file.Memory) is { } parts
            ? KeptCapture.TryRead(parts, key, spec, binary) : null;
        if (kept is null)
            indexes.RemoveCapture(key);
        return kept;
    }

    /// <summary>What is known of a binary.</summary>
    private sealed class OfBinary(GoBinary binary)
    {
        public ConcurrentDictionary<string, Lazy<CompiledCapture>> BySpec { get; } = [];

        public Lazy<string> Digest { get; } = new(() =>
        {
            string digest = CaptureKey.DigestOf(binary);
            // Most of the file is never looked at again.
            if (MemoryMarshal.TryGetMemoryManager(binary.Elf.Bytes, out MappedFile? file))
                file.LetGo();
            return digest;
        });
    }
}
