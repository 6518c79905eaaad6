using System.Text.RegularExpressions;

namespace SideEye.Architecture.Tests;

/// <summary>What the compiled code really refers to, whatever the source looks like.</summary>
public sealed partial class Compiled_projects
{
    // Reads of the world: files, processes, network, clock, environment, threads. Streams over memory are none.
    private static readonly string[] WorldTypes =
    [
        "System.IO.File", "System.IO.FileInfo", "System.IO.FileStream", "System.IO.Directory",
        "System.IO.DirectoryInfo", "System.IO.RandomAccess", "System.IO.MemoryMappedFiles.MemoryMappedFile",
        "System.Diagnostics.Process", "System.Diagnostics.Stopwatch", "System.Console",
        "System.Threading.Thread", "System.Threading.Timer", "System.Random", "System.Net.Sockets.Socket",
        "System.Net.Http.HttpClient", "System.TimeProvider", "System.Runtime.InteropServices.NativeLibrary",
    ];

    private static readonly string[] WorldMembers =
    [
        "System.DateTime.get_Now", "System.DateTime.get_UtcNow", "System.DateTime.get_Today",
        "System.DateTimeOffset.get_Now", "System.DateTimeOffset.get_UtcNow", "System.Guid.NewGuid",
        "System.Guid.CreateVersion7", "System.IO.Path.GetTempPath", "System.IO.Path.GetFullPath",
    ];

    // The field's own terms, which end in a word that is none of ours.
    private static readonly string[] FieldTerms = ["GoBuildInfo", "ModuleData"];

    public static TheoryData<string> Projects => [.. BackendProject.Names];

    public static TheoryData<string> PureProjects =>
        ["SideEye.Target", "SideEye.Elf", "SideEye.Dwarf", "SideEye.GoRuntime", "SideEye.Capture"];

    [Theory]
    [MemberData(nameof(PureProjects))]
    public void A_pure_project_touches_nothing_but_the_memory_it_is_handed(string project)
    {
        using CompiledProject compiled = CompiledProject.Open(project);
        Assert.Empty(compiled.ForeignTypes().Intersect(WorldTypes));
        Assert.Empty(compiled.ForeignMembers().Intersect(WorldMembers));
        // Compiled iterators ask for the thread that they were made on.
        Assert.Empty(compiled.ForeignMembers().Where(member => member.StartsWith("System.Environment."))
            .Except(["System.Environment.get_CurrentManagedThreadId"]));
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Only_Linux_and_Bpf_call_native_libraries(string project)
    {
        using CompiledProject compiled = CompiledProject.Open(project);
        bool isAllowed = project is "SideEye.Linux" or "SideEye.Bpf";
        string[] calls = [.. compiled.NativeMethods().Where(name => !IsOwnLibrary(project, name))];
        Assert.True(isAllowed || calls.Length == 0, $"{project} calls native code: {string.Join(", ", calls)}");
    }

    // The plugin holds the C library itself, and tells it where names and authorities are; it may know neither Linux
    // nor Bpf.
    private static bool IsOwnLibrary(string project, string method) =>
        project == "SideEye.Plugin" && method.Contains("Configure", StringComparison.Ordinal);

    [Theory]
    [MemberData(nameof(Projects))]
    public void The_clock_is_never_local_time_and_nobody_sleeps_on_a_thread(string project)
    {
        string[] forbidden =
        [
            "System.DateTime.get_Now", "System.DateTime.get_Today", "System.DateTimeOffset.get_Now",
            "System.Threading.Thread.Sleep",
        ];
        using CompiledProject compiled = CompiledProject.Open(project);
        Assert.Empty(compiled.ForeignMembers().Intersect(forbidden));
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_type_is_named_after_what_it_is(string project)
    {
        using CompiledProject compiled = CompiledProject.Open(project);
        Assert.Empty(compiled.OwnTypes().Where(name => EmptyNoun().IsMatch(name)).Except(FieldTerms)
            .Except(GeneratedNames()));
    }

    /// <summary>What the generators of contracts make, named by the contracts.</summary>
    private static IEnumerable<string> GeneratedNames()
    {
        foreach (string contract in RepositoryFiles.In("backend", ".proto"))
        {
            foreach (Match match in Contract().Matches(RepositoryFiles.Read(contract)))
            {
                string name = match.Groups["name"].Value;
                yield return name;
                yield return $"{name}Base";
            }
        }
        yield return "__Helper_MessageCache";
    }

    [GeneratedRegex(@"^\s*(service|message|enum) (?<name>\w+)", RegexOptions.Multiline)]
    private static partial Regex Contract();

    [GeneratedRegex("Manager|Helper|Util(s|ity|ities)?(?![a-z])|(Common|Misc|Base|Info|Data|Service)$")]
    private static partial Regex EmptyNoun();
}
