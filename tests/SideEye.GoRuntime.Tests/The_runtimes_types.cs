using SideEye.GoRuntime.Types;
using Xunit;

namespace SideEye.GoRuntime.Tests;

/// <summary>The runtime's own descriptions of types, held against those of DWARF.</summary>
public sealed class The_runtimes_types
{
    [Theory, MemberData(nameof(Matrix.WithSymbols), MemberType = typeof(Matrix))]
    public void Are_what_DWARF_says_of_them(string toolchain, string variant)
    {
        GoBinary binary = GoProgram.Build(toolchain, variant).Binary.Value;
        GoTypes types = GoTypes.Open(binary.DebugInformation.Dwarf!, binary);
        GoTypes described = GoTypes.Open(binary.DebugInformation.Dwarf!);
        List<string> differing = [];
        int compared = 0;
        foreach (GoType expected in described.WithRuntimeType())
        {
            // The compiler's arrays within maps; and a word that Go 1.19 leaves without a relocation.
            if (expected.Name.StartsWith("noalg.", StringComparison.Ordinal) || expected.Name == "uintptr")
                continue;
            GoType? type = types.AsTheRuntimeDescribes(expected.RuntimeType!.Value);
            if (type is null || TextOf(type) != TextOf(expected))
                differing.Add($"{TextOf(expected)}\n    {(type is null ? "none" : TextOf(type))}");
            compared++;
        }

        Assert.True(differing.Count == 0, $"{differing.Count}:\n{string.Join('\n', differing.Take(20))}");
        Assert.True(compared > 300, $"only {compared} types");
    }

    // Of what has no name the runtime tells packages by their names alone.
    private static string TextOf(GoType type) =>
        $"{(type.Kind is GoKind.Func or GoKind.Struct or GoKind.Interface ? "" : type.Name)} {type.Kind} {type.Size} "
        + $"{type.Length} {type.IsEmptyInterface} {type.Key?.Kind} {type.Element?.Kind} {type.Element?.Size} "
        + string.Join(',', type.Fields.Select(
            static field => $"{field.Name}@{field.Offset} {field.Type.Kind} {field.IsEmbedded}"));
}
