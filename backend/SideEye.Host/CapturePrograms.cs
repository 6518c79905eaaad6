using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using SideEye.GoRuntime;
using SideEye.Probes;
using SideEye.Spec.Model;

namespace SideEye.Host;

/// <summary>
/// Specs compiled for binaries: the second snapshot of a binary with the same spec compiles nothing. Safe for use by
/// several threads.
/// </summary>
public sealed class CapturePrograms
{
    private readonly ConditionalWeakTable<GoBinary, ConcurrentDictionary<string, Lazy<CompiledCapture>>> compiled = [];

    /// <summary>The spec compiled for a binary; null when it has no debug information, or the spec captures nothing.
    /// </summary>
    /// <exception cref="Target.MalformedFileException">The debug information is broken.</exception>
    public CompiledCapture? For(GoBinary binary, CaptureSpec spec)
    {
        if (!binary.DebugInformation.IsAvailable || spec.Functions.IsEmpty)
            return null;
        ConcurrentDictionary<string, Lazy<CompiledCapture>> bySpec = compiled.GetOrCreateValue(binary);
        return bySpec.GetOrAdd(
            spec.CaptureHash, _ => new Lazy<CompiledCapture>(() => CaptureCompiler.Compile(spec, binary))).Value;
    }
}
