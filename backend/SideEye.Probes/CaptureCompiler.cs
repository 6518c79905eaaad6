using SideEye.GoRuntime;
using SideEye.GoRuntime.Functions;
using SideEye.GoRuntime.Types;
using SideEye.Probes.Binding;
using SideEye.Probes.Lowering;
using SideEye.Spec.Model;

namespace SideEye.Probes;

/// <summary>From a spec and a binary to what the probe copies and what the decoder makes of it.</summary>
public static class CaptureCompiler
{
    /// <summary>Binds a spec to a program and compiles it.</summary>
    /// <param name="spec">The spec.</param>
    /// <param name="binary">The program; it must have debug information.</param>
    /// <param name="keptIndex">As of <see cref="GoFunctions.Open"/>; is not used any more afterwards.</param>
    /// <param name="keepIndex">Receives the index of functions when <paramref name="keptIndex"/> was none of this
    /// binary.</param>
    /// <param name="limits">Bounds on the result.</param>
    /// <exception cref="InvalidOperationException">It has none.</exception>
    /// <exception cref="Target.MalformedFileException">The debug information is broken.</exception>
    /// <exception cref="CaptureTooLargeException">The spec captures more than the limits allow.</exception>
    public static CompiledCapture Compile(
        CaptureSpec spec, GoBinary binary, ReadOnlyMemory<byte> keptIndex = default,
        Action<ReadOnlyMemory<byte>>? keepIndex = null, ProbesLimits? limits = null)
    {
        Dwarf.DwarfFile file = binary.DebugInformation.Dwarf
            ?? throw new InvalidOperationException(binary.DebugInformation.Reason);
        GoTypes types = GoTypes.Open(file, binary);
        GoFunctions functions = GoFunctions.Open(file, types, binary.Pcln, keptIndex, binary.Elf);
        if (!functions.HasKeptIndex)
            keepIndex?.Invoke(functions.IndexBytes);
        DebugTypes program = new(types, functions, new GoInstances(binary, types, functions), binary.Pcln);
        limits ??= ProbesLimits.Default;
        BoundSpec bound = SpecBinder.Bind(spec, program, limits);
        return new CompiledCapture(
            bound, ProgramCompiler.Compile(bound, binary, types.WithRuntimeType(), limits), types);
    }
}

/// <summary>A spec, bound to a binary and compiled.</summary>
/// <param name="Bound">What is captured where, and what did not fit.</param>
/// <param name="Program">What the probe runs.</param>
/// <param name="Types">The binary's types, for what interfaces turn out to hold.</param>
public sealed record CompiledCapture(BoundSpec Bound, CaptureProgram Program, GoTypes Types);
