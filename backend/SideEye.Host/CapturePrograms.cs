using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using SideEye.GoRuntime;
using SideEye.Linux;
using SideEye.Probes;
using SideEye.Spec.Model;

namespace SideEye.Host;

/// <summary>
/// Specs compiled for binaries: the second snapshot of a binary with the same spec compiles nothing. Safe for use by
/// several threads.
/// </summary>
/// <param name="indexes">Where indexes of programs are kept, so that a later run need not go through the binary's
/// debug information again; null to keep none.</param>
public sealed class CapturePrograms(IndexFiles? indexes = null)
{
    private readonly ConditionalWeakTable<GoBinary, ConcurrentDictionary<string, Lazy<CompiledCapture>>> compiled = [];
    private int compilations;

    /// <summary>How often something was compiled so far.</summary>
    public int Compilations => Volatile.Read(ref compilations);

    /// <summary>The spec compiled for a binary; null when it has no debug information, or the spec captures nothing.
    /// </summary>
    /// <exception cref="Target.MalformedFileException">The debug information is broken.</exception>
    /// <exception cref="TargetException">The spec captures too much of it.</exception>
    public CompiledCapture? For(GoBinary binary, CaptureSpec spec)
    {
        if (!binary.DebugInformation.IsAvailable || spec.Functions.IsEmpty)
            return null;
        ConcurrentDictionary<string, Lazy<CompiledCapture>> bySpec = compiled.GetOrCreateValue(binary);
        return bySpec.GetOrAdd(
            spec.CaptureHash, _ => new Lazy<CompiledCapture>(() => Compile(binary, spec))).Value;
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
}
