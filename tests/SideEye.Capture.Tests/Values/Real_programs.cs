using System.Text.Json;
using System.Text.Json.Nodes;
using SideEye.Capture.Values;
using SideEye.GoRuntime.Types;
using SideEye.Probes.Plan;
using SideEye.Target;

namespace SideEye.Capture.Tests.Values;

/// <summary>What is rendered from a program's memory is what the program itself says.</summary>
public sealed class Real_programs
{
    // Large enough for all that the program has.
    private static readonly ValueLimits Whole = new(1 << 20, 1 << 20, 1 << 16, 60);

    // The program tells their fields.
    private static readonly Dictionary<string, string> Addresses = new()
    {
        ["tcp"] = "192.0.2.2:8080", ["udp"] = "[fe80::2%eth1]:53", ["unix"] = "/run/a.sock",
    };

    public static TheoryData<string> Versions => [.. Toolchains.Versions];

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Every_value_of_a_program_is_what_it_says(string version)
    {
        await using ValuesProgram program = await ValuesProgram.StartAsync(version);
        KnownValues known = await KnownValues.OpenAsync(program.Target);
        using ValueRenderer renderer = new(known.Memory, known.Rules);
        List<string> differences = [];
        int compared = 0;
        foreach (KnownVariable global in program.Globals)
        {
            (GoType type, ulong address) = known.Global(global.Name);
            Compare(renderer, type, address, global, global.Name, differences);
            compared++;
        }
        KnownVariable[] told = [.. program.Frames.SelectMany(frame => frame.Variables ?? [])];
        int index = 0;
        int untyped = 0;
        foreach ((string name, string variable, GoType? type, ulong address) in known.Variables())
        {
            KnownVariable expected = told[index++];
            Assert.Equal(expected.Name, variable);
            if (expected.IsAbsent)
                continue;
            // Of a type that no interface holds the debug information may have no address; another test captures it.
            if (type is null)
            {
                untyped++;
                continue;
            }
            Compare(renderer, type, address, expected, $"{name}: {variable}", differences);
            compared++;
        }
        Assert.True(untyped < compared / 20, $"{untyped} values without a type beside {compared} compared");
        Assert.True(compared > 200, $"only {compared} values compared");
        // Until Go 1.24 the linker describes no types that only interfaces hold.
        if (!Toolchains.IsAtLeast(version, "1.25"))
            differences.RemoveAll(static each => each.Contains(CaptureReason.UnknownType, StringComparison.Ordinal));
        Assert.True(differences.Count == 0, string.Join('\n', differences));
    }

    private static void Compare(
        ValueRenderer renderer, GoType type, ulong address, KnownVariable expected, string name,
        List<string> differences)
    {
        if (expected.Value is JsonValue secret && secret.TryGetValue(out string? text) && text == "[redacted]")
            return;
        if (expected.Value is JsonObject && Addresses.TryGetValue(expected.Name, out string? shown))
            expected = expected with { Value = shown };
        RenderedValue value = renderer.Render(type, new TargetAddress(address), Whole);
        if (value.Reason is not null)
            differences.Add($"{name} ({type.Name}): {value.Reason}");
        else if (ValueDifference.Find(expected.Value, Node(value)) is { } difference)
            differences.Add($"{name} ({type.Name}){difference}; raw {value.Raw}");
    }

    private static JsonNode? Node(RenderedValue value) => value.IsNull ? null : value.Form switch
    {
        ColumnForm.Boolean => value.Boolean,
        ColumnForm.Int64 => value.Int64,
        ColumnForm.UInt64 => value.UInt64,
        ColumnForm.Double when double.IsNaN(value.Double) => "NaN",
        ColumnForm.Double when double.IsInfinity(value.Double) => value.Double > 0 ? "+Inf" : "-Inf",
        ColumnForm.Double => value.Double,
        ColumnForm.Text => value.Text,
        _ => JsonNode.Parse(value.Utf8, documentOptions: new JsonDocumentOptions { MaxDepth = 500 }),
    };
}
