using System.Collections.Immutable;
using SideEye.Capture.Values;
using SideEye.GoRuntime;
using SideEye.GoRuntime.Types;
using SideEye.Probes;
using SideEye.Probes.Plan;

namespace SideEye.Capture.Frames;

/// <summary>What rendering needs to know of a process and a spec.</summary>
internal static class RenderingRulesOf
{
    private const int DirectWordsSince = 26;

    /// <summary>The rules for the values of one process.</summary>
    public static RenderingRules Process(ProcessRecords records, CompiledCapture capture)
    {
        GoBinary binary = records.Binary;
        ulong types = binary.ModuleData.Types + records.LoadBias;
        ulong bias = records.LoadBias;
        Dictionary<GoType, ImmutableArray<ValuePart>?> held = capture.Bound.HeldTypes
            .Where(static one => !one.Parts.IsEmpty)
            .ToDictionary(static one => one.Type, static one => (ImmutableArray<ValuePart>?)one.Parts);
        return new RenderingRules
        {
            DynamicType = address => capture.Types.OfRuntimeType(address - types),
            FunctionName = pc => binary.Pcln.TryFindFunction(pc - bias, out GoFunction function)
                && function.Entry == pc - bias ? binary.Pcln.Name(function) : null,
            TypeParts = held.Count == 0 ? null : type => held.GetValueOrDefault(type),
            ContextKeys = [.. capture.Bound.ContextKeys
                .Where(key => key.Variable is not { } at || records.ContextKeyPointers.ContainsKey(at))
                .Select(key => new ContextKey(
                    key.Column, key.TypeName, key.Variable is { } at ? records.ContextKeyPointers[at] : null))],
            NetipV4Mark = records.NetipV4Mark,
            Redaction = capture.Bound.Redaction,
            IsEveryPointerWordDirect = binary.Version.Minor >= DirectWordsSince,
        };
    }
}
