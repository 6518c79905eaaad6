using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace SideEye.Testing;

/// <summary>The test program `values`, running: it knows what each of its variables holds.</summary>
public sealed class ValuesProgram : IAsyncDisposable
{
    private const int DepthMax = 500;
    private static readonly JsonSerializerOptions Deep = new() { MaxDepth = DepthMax };

    private ValuesProgram(
        GoTarget target, IReadOnlyList<KnownFrame> frames, IReadOnlyList<KnownVariable> globals)
    {
        Target = target;
        Frames = frames;
        Globals = globals;
    }

    /// <summary>The process.</summary>
    public GoTarget Target { get; }

    /// <summary>Its frames that know their variables; those of one goroutine stand outermost first.</summary>
    public IReadOnlyList<KnownFrame> Frames { get; }

    /// <summary>Package-level variables, by their whole names (main.gInt).</summary>
    public IReadOnlyList<KnownVariable> Globals { get; }

    /// <summary>Builds and starts the program, and asks it what it knows; it does not change any more.</summary>
    /// <exception cref="InvalidOperationException">It does not build, or ended before it was ready.</exception>
    public static async Task<ValuesProgram> StartAsync(string goVersion, string variant = "default")
    {
        var target = await GoTarget.StartAsync(new GoFixture("values", goVersion, variant));
        try
        {
            var frames = JsonSerializer.Deserialize<List<KnownFrame>>(await target.AskAsync("values"), Deep)!;
            var globals = JsonSerializer.Deserialize<List<KnownVariable>>(await target.AskAsync("globals"), Deep)!;
            return new ValuesProgram(target, WithOccurrences(frames), globals);
        }
        catch
        {
            await target.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Target.DisposeAsync();

    private static List<KnownFrame> WithOccurrences(List<KnownFrame> frames) =>
    [
        .. frames.Select((frame, index) => frame with
        {
            Occurrence = frames.Skip(index + 1).Count(
                inner => inner.GoroutineId == frame.GoroutineId && inner.Function == frame.Function),
        }),
    ];
}

/// <summary>A frame that knows its variables.</summary>
/// <param name="Case">Name of its goroutine.</param>
/// <param name="GoroutineId">Its goroutine.</param>
/// <param name="Function">As in the symbol table; inlined ones, and all of a stripped program, as the runtime says.
/// </param>
/// <param name="Variables">Those that it knows.</param>
public sealed record KnownFrame(
    [property: JsonPropertyName("case")] string Case,
    [property: JsonPropertyName("goid")] long GoroutineId,
    [property: JsonPropertyName("function")] string Function,
    [property: JsonPropertyName("variables")] IReadOnlyList<KnownVariable>? Variables)
{
    /// <summary>How many frames of the same function are further inside in the same stack.</summary>
    [JsonIgnore]
    public int Occurrence { get; init; }
}

/// <summary>A variable of the program, or a path from one, and what it holds.</summary>
/// <param name="Name">Its name, or the path as a spec writes it.</param>
/// <param name="Type">As reflect says it: package names instead of paths.</param>
/// <param name="IsAbsent">Whether it does not exist, or not yet: nothing must be shown.</param>
/// <param name="Value">What is to be captured; tests/targets/values/describe.go says how it is written.</param>
/// <param name="Plain">The same without special treatment of the standard library's types, and with secrets. Of a path
/// that leads to nothing, why.</param>
public sealed record KnownVariable(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("type")] string Type,
    [property: JsonPropertyName("absent")] bool IsAbsent,
    [property: JsonPropertyName("value")] JsonNode? Value,
    [property: JsonPropertyName("plain")] JsonNode? Plain)
{
    private const string MainPackage = "main.";

    /// <summary>True when <see cref="Name"/> is more than the name of a variable.</summary>
    [JsonIgnore]
    public bool IsPath => !NameInPackage.All(static each => char.IsLetterOrDigit(each) || each is '_' or '~');

    /// <summary><see cref="Name"/> without the package of a package-level variable.</summary>
    [JsonIgnore]
    public string NameInPackage =>
        Name.StartsWith(MainPackage, StringComparison.Ordinal) ? Name[MainPackage.Length..] : Name;
}
