using System.Collections.Concurrent;
using System.Collections.Immutable;
using SideEye.GoRuntime;
using SideEye.Host;
using SideEye.Probes.Lowering;
using SideEye.Probes.Plan;
using SideEye.Spec.Merging;
using SideEye.Spec.Model;
using SideEye.Spec.Reading;

namespace SideEye.Probes.Tests;

/// <summary>A test program in a build, for which specs are compiled.</summary>
public sealed class CompiledProgram
{
    private static readonly ConcurrentDictionary<GoFixture, Lazy<Task<OpenedBinary>>> Opened = [];

    private CompiledProgram(OpenedBinary binary, CaptureSpec spec, ProbesLimits? limits)
    {
        Binary = binary.Go;
        Capture = CaptureCompiler.Compile(spec, Binary, limits: limits);
    }

    public GoBinary Binary { get; }

    public CompiledCapture Capture { get; }

    public CaptureProgram Program => Capture.Program;

    /// <summary>What did not fit, without the places in the spec.</summary>
    public IEnumerable<string> Problems => Capture.Bound.Problems.Select(static problem => problem.Message);

    /// <summary>Compiles a whole spec.</summary>
    public static async Task<CompiledProgram> OfAsync(GoFixture fixture, string spec, ProbesLimits? limits = null)
    {
        SpecReading read = SpecReader.Read(spec, "spec.yaml");
        Assert.Empty(read.Problems);
        SpecReading merged = SpecMerger.Merge([], read.Spec!);
        Assert.Empty(merged.Problems);
        return new CompiledProgram(await OpenAsync(fixture), merged.Spec!, limits);
    }

    /// <summary>Compiles expressions of one function; a column each, named c0 and so on.</summary>
    public static Task<CompiledProgram> OfAsync(GoFixture fixture, string function, params string[] expressions) =>
        OfAsync(fixture, $"version: 1\nfunctions:\n  - function: {Quoted(function)}\n    capture:\n"
            + string.Concat(expressions.Select((each, i) => $"      - {{ expr: {Quoted(each)}, as: c{i} }}\n")));

    /// <summary>Opens a program, each once.</summary>
    public static Task<OpenedBinary> OpenAsync(GoFixture fixture) => Opened.GetOrAdd(
        fixture, static each => new Lazy<Task<OpenedBinary>>(() => BuildAndOpenAsync(each))).Value;

    /// <summary>The text form, of types those of package main.</summary>
    public string Text(bool withTypes = false) => ProgramText.Of(
        Program, Binary.Pcln, name => withTypes && name.TrimStart('*').StartsWith("main.", StringComparison.Ordinal));

    /// <summary>The type of a column.</summary>
    public string TypeOf(int column) => Capture.Bound.Plan.Tables[0].Columns[column].Type.Name;

    /// <summary>The steps of a column at the first place where it can be had.</summary>
    public ImmutableArray<PathStep> PathOf(int column) => Capture.Bound.Plan.Sites
        .SelectMany(static site => site.Rows).Select(row => row.Sources[column])
        .First(static source => source.Unavailable is null).Path;

    private static string Quoted(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    private static async Task<OpenedBinary> BuildAndOpenAsync(GoFixture fixture)
    {
        string path = await fixture.BuildAsync();
        return OpenedBinary.Open(path, path);
    }
}
