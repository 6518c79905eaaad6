using System.Text.RegularExpressions;

namespace SideEye.Architecture.Tests;

/// <summary>What lies where, and which project may know which: the house plan, held by the build.</summary>
public sealed partial class The_house
{
    private static readonly Dictionary<string, string[]> MayUse = new()
    {
        ["SideEye.Target"] = [],
        ["SideEye.Elf"] = ["SideEye.Target"],
        ["SideEye.Dwarf"] = ["SideEye.Elf", "SideEye.Target"],
        ["SideEye.GoRuntime"] = ["SideEye.Dwarf", "SideEye.Elf", "SideEye.Target"],
        ["SideEye.Spec"] = [],
        ["SideEye.Tables"] = [],
        ["SideEye.Probes"] =
        [
            "SideEye.Dwarf", "SideEye.Elf", "SideEye.GoRuntime", "SideEye.Spec", "SideEye.Target",
        ],
        ["SideEye.Capture"] = ["SideEye.GoRuntime", "SideEye.Probes", "SideEye.Tables", "SideEye.Target"],
        ["SideEye.Linux"] = ["SideEye.Target"],
        ["SideEye.Bpf"] = ["SideEye.Linux", "SideEye.Target"],
        ["SideEye.Host"] =
        [
            "SideEye.Bpf", "SideEye.Capture", "SideEye.Dwarf", "SideEye.Elf", "SideEye.GoRuntime", "SideEye.Linux",
            "SideEye.Probes", "SideEye.Spec", "SideEye.Tables", "SideEye.Target",
        ],
        ["SideEye.Store"] = [],
        ["SideEye.Protocol"] = [],
        // Agent side and control-plane side share the protocol, the tables and the spec alone.
        ["SideEye.Agent"] = ["SideEye.Host", "SideEye.Protocol", "SideEye.Spec", "SideEye.Tables"],
        ["SideEye.ControlPlane"] = ["SideEye.Protocol", "SideEye.Spec", "SideEye.Store", "SideEye.Tables"],
        ["SideEye.Grafana"] = [],
        ["SideEye.Plugin"] = ["SideEye.Grafana", "SideEye.Protocol"],
        ["SideEye.Cli"] = ["SideEye.ControlPlane", "SideEye.Host", "SideEye.Spec", "SideEye.Store", "SideEye.Tables"],
    };

    private static readonly Dictionary<string, string[]> MayBuy = new()
    {
        ["SideEye.Elf"] = ["ZstdSharp.Port"],
        ["SideEye.GoRuntime"] = ["Iced"],
        ["SideEye.Spec"] = ["YamlDotNet"],
        ["SideEye.Tables"] = ["Apache.Arrow"],
        ["SideEye.Capture"] = ["Apache.Arrow", "System.IO.Hashing"],
        ["SideEye.Store"] = ["Apache.Arrow", "DuckDB.NET.Data.Full", "Microsoft.Data.Sqlite"],
        ["SideEye.Protocol"] = ["Apache.Arrow", "Google.Protobuf", "Grpc.Core.Api", "Grpc.Tools"],
        ["SideEye.Agent"] =
        [
            "Grpc.AspNetCore", "Grpc.AspNetCore.HealthChecks", "Grpc.AspNetCore.Server.Reflection",
            "System.CommandLine",
        ],
        ["SideEye.ControlPlane"] =
        [
            "Cronos", "Dapper", "Grpc.AspNetCore", "Grpc.AspNetCore.HealthChecks",
            "Grpc.AspNetCore.Server.Reflection", "Grpc.Net.Client", "Microsoft.AspNetCore.OpenApi",
            "Microsoft.Data.Sqlite",
        ],
        ["SideEye.Grafana"] = ["Apache.Arrow", "Grpc.AspNetCore", "Grpc.Tools"],
        ["SideEye.Plugin"] = ["Grpc.Net.Client"],
        ["SideEye.Cli"] = ["Spectre.Console", "System.CommandLine"],
    };

    private static readonly string[] TopLevel =
    [
        ".ci", ".editorconfig", ".gitattributes", ".gitignore", "ARCHITECTURE.md", "Directory.Build.props",
        "Directory.Packages.props", "LICENSE", "Makefile", "README.md", "backend", "bpf", "dashboards", "deploy",
        "docker-compose.yml", "docs", "global.json", "packs", "plugin-frontend", "provisioning", "scripts",
        "sideeye-grafana.sln", "tests",
        // Not in the repository: git's own, build outputs, caches.
        ".git", "out", ".cache",
    ];

    public static TheoryData<string> Projects => [.. BackendProject.Names];

    [Fact]
    public void Every_project_of_the_backend_is_in_the_plan() =>
        Assert.Equal(MayUse.Keys.Order(StringComparer.Ordinal), BackendProject.Names);

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_knows_only_those_that_the_plan_allows(string project)
    {
        string[] unplanned = [.. BackendProject.Read(project).Projects.Except(MayUse.GetValueOrDefault(project, []))];
        Assert.True(unplanned.Length == 0, $"{project} must not refer to {string.Join(", ", unplanned)}");
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_uses_only_the_packages_that_were_agreed(string project)
    {
        string[] unplanned = [.. BackendProject.Read(project).Packages.Except(MayBuy.GetValueOrDefault(project, []))];
        Assert.True(unplanned.Length == 0, $"{project} must not use the package {string.Join(", ", unplanned)}");
    }

    [Fact]
    public void The_root_holds_nothing_without_a_reason()
    {
        IEnumerable<string> unplanned = Directory.GetFileSystemEntries(Repository.Root)
            .Select(Path.GetFileName).OfType<string>().Except(TopLevel).Where(name => !name.EndsWith(".user"));
        Assert.Empty(unplanned);
    }

    [Fact]
    public void Every_project_is_in_the_solution()
    {
        string solution = RepositoryFiles.Read("sideeye-grafana.sln").Replace('\\', '/');
        IEnumerable<string> absent = RepositoryFiles.In("", ".csproj").Where(path => !solution.Contains($"\"{path}\""));
        Assert.Empty(absent);
    }

    [Fact]
    public void The_store_knows_columns_and_no_goroutines()
    {
        IEnumerable<string> knowing = RepositoryFiles.In("backend/SideEye.Store", ".cs")
            .SelectMany(path => RepositoryFiles.Lines(path).Select(line => $"{path}: {line.Trim()}"))
            .Where(line => line.Contains("goroutine", StringComparison.OrdinalIgnoreCase) && !Comment().IsMatch(line));
        Assert.Empty(knowing);
    }

    [GeneratedRegex(@"\.cs: //")]
    private static partial Regex Comment();
}
