using System.Security.Cryptography;
using System.Text;

namespace SideEye.Elf.Tests;

/// <summary>Programs built by the private Go toolchains, kept in .cache/tests under names that tell what they
/// are.</summary>
internal static class GoPrograms
{
    /// <summary>The toolchains that scripts/go-toolchains unpacks.</summary>
    public static readonly string[] Versions = ["1.19", "1.23", "1.24", "1.25", "1.26", "1.27"];

    /// <summary>The flag that has gcc link the program, as every program with C of its own is.</summary>
    public const string ExternalLinking = "-ldflags=-linkmode=external";

    private static readonly Lock Building = new();

    public static string RepositoryRoot { get; } = FindRoot();

    /// <summary>Path of the small program built by this toolchain with these flags of <c>go build</c>.</summary>
    public static string Small(string version, params string[] flags) => Small(version, "amd64", flags);

    /// <summary>The same for another GOARCH.</summary>
    public static string Small(string version, string architecture, string[] flags)
    {
        string source = Path.Combine(RepositoryRoot, "tests/SideEye.Elf.Tests/Programs/small.go.txt");
        string go = Tool.Find(Path.Combine(RepositoryRoot, $".cache/go/{version}/bin/go"));
        byte[] identity = SHA256.HashData(
            Encoding.UTF8.GetBytes(File.ReadAllText(source) + string.Join('\n', flags)));
        string folder = Path.Combine(RepositoryRoot, ".cache/tests/elf");
        string path = Path.Combine(
            folder, $"small.arch={architecture},toolchain=go{version},{Convert.ToHexStringLower(identity)[..10]}");
        lock (Building)
        {
            if (!File.Exists(path))
                Build(go, architecture, source, flags, path);
        }

        return path;
    }

    private static void Build(string go, string architecture, string source, string[] flags, string path)
    {
        bool external = flags.Contains(ExternalLinking);
        if (external)
            Tool.Find("gcc");
        // Built beside and moved, so that a second test process sees a whole file or none.
        string work = Directory.CreateDirectory(path + $".{Environment.ProcessId}.tmp").FullName;
        File.Copy(source, Path.Combine(work, "small.go"), overwrite: true);
        Dictionary<string, string> environment = new()
        {
            ["GOTOOLCHAIN"] = "local",
            ["GOPROXY"] = "off",
            ["GOFLAGS"] = "",
            ["GO111MODULE"] = "off",
            ["GOARCH"] = architecture,
            ["CGO_ENABLED"] = external ? "1" : "0",
            ["GOCACHE"] = Path.Combine(RepositoryRoot, ".cache/gocache"),
            ["GOPATH"] = Path.Combine(RepositoryRoot, ".cache/gopath"),
        };
        string built = Path.Combine(work, "small");
        Tool.Run(go, environment, ["build", "-o", built, .. flags, Path.Combine(work, "small.go")]);
        File.Move(built, path, overwrite: true);
        Directory.Delete(work, recursive: true);
    }

    private static string FindRoot()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "sideeye-grafana.sln")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("the tests do not lie in the repository");
    }
}
