using System.Collections.Concurrent;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using SideEye.Elf;
using Xunit;

namespace SideEye.GoRuntime.Tests;

/// <summary>One way of building the test program.</summary>
/// <param name="Name">Part of the file name.</param>
/// <param name="Arguments">For go build.</param>
/// <param name="Cgo">Needs a C compiler.</param>
/// <param name="GoArch">GOARCH.</param>
public sealed record GoVariant(string Name, string[] Arguments, bool Cgo = false, string GoArch = "amd64")
{
    public static readonly GoVariant Default = new("default", []);
    public static readonly GoVariant Stripped = new("stripped", ["-ldflags=-s -w"]);
    public static readonly GoVariant Pie = new("pie", ["-buildmode=pie"]);
    public static readonly GoVariant PieStripped = new("pie-stripped", ["-buildmode=pie", "-ldflags=-s -w"]);
    public static readonly GoVariant External = new("external", ["-ldflags=-linkmode=external"], Cgo: true);
    public static readonly GoVariant ExternalPie =
        new("external-pie", ["-buildmode=pie", "-ldflags=-linkmode=external"], Cgo: true);
    public static readonly GoVariant Arm64 = new("arm64", [], GoArch: "arm64");

    public static readonly GoVariant[] All = [Default, Stripped, Pie, PieStripped, External, ExternalPie, Arm64];

    public override string ToString() => Name;
}

/// <summary>
/// The program of Programs/symbols, built by one toolchain in one variant; built once, kept in .cache/fixtures.
/// </summary>
public sealed class GoProgram
{
    public static readonly string[] Toolchains = ["1.19", "1.23", "1.24", "1.25", "1.26", "1.27"];
    private static readonly ConcurrentDictionary<string, Lazy<GoProgram>> Built = new();
    private static readonly string Root = FindRoot();

    private GoProgram(string toolchain, string path, byte[] bytes)
    {
        Toolchain = toolchain;
        Path = path;
        Elf = ElfFile.Open(bytes);
        Binary = new Lazy<GoBinary>(() => GoBinary.Open(Elf));
    }

    public string Toolchain { get; }

    public string Path { get; }

    public ElfFile Elf { get; }

    public Lazy<GoBinary> Binary { get; }

    public int Minor => int.Parse(Toolchain[2..]);

    /// <summary>Builds, or skips the test with the reason.</summary>
    public static GoProgram Build(string toolchain, string variant)
    {
        GoVariant chosen = Array.Find(GoVariant.All, each => each.Name == variant)
            ?? throw new ArgumentException($"no variant {variant}", nameof(variant));
        Assert.SkipUnless(
            File.Exists(GoTool(toolchain)), $"Go {toolchain} is not unpacked: scripts/go-toolchains {toolchain}");
        if (chosen.Cgo)
            Assert.SkipUnless(File.Exists("/usr/bin/gcc"), "no C compiler for external linking");
        return Built.GetOrAdd(
            $"{toolchain}-{variant}", _ => new Lazy<GoProgram>(() => Compile(toolchain, chosen))).Value;
    }

    /// <summary>
    /// The same program without a section table, every address where it was: neither symbols nor DWARF, and no section
    /// that would tell where anything lies.
    /// </summary>
    public GoProgram WithoutSections()
    {
        byte[] bytes = File.ReadAllBytes(Path);
        bytes.AsSpan(0x28, 8).Clear(); // e_shoff
        bytes.AsSpan(0x3c, 4).Clear(); // e_shnum, e_shstrndx
        return new GoProgram(Toolchain, Path, bytes);
    }

    public static string GoTool(string toolchain) => System.IO.Path.Combine(Root, ".cache/go", toolchain, "bin/go");

    /// <summary>Runs a program to its end and gives its standard output.</summary>
    public static string Run(
        string program, string[] arguments, string? input, Action<ProcessStartInfo>? prepare = null)
    {
        ProcessStartInfo start = new(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        prepare?.Invoke(start);
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        process.StandardInput.Write(input ?? "");
        process.StandardInput.Close();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: {error.Result}");
        return output.Result;
    }

    private static GoProgram Compile(string toolchain, GoVariant variant)
    {
        string source = System.IO.Path.Combine(Root, "tests/SideEye.GoRuntime.Tests/Programs/symbols");
        string folder = System.IO.Path.Combine(Root, ".cache/fixtures/goruntime");
        Directory.CreateDirectory(folder);
        string output = System.IO.Path.Combine(folder, $"symbols-{SourceHash(source)}-{toolchain}-{variant.Name}");
        if (!File.Exists(output))
        {
            string partial = $"{output}.{Environment.ProcessId}";
            Run(GoTool(toolchain), ["build", "-o", partial, .. variant.Arguments, "."], null, start =>
            {
                start.WorkingDirectory = source;
                start.Environment["GOTOOLCHAIN"] = "local";
                start.Environment["GOPROXY"] = "off";
                start.Environment["GOFLAGS"] = "";
                start.Environment["GOARCH"] = variant.GoArch;
                start.Environment["CGO_ENABLED"] = variant.Cgo ? "1" : "0";
                start.Environment["GOCACHE"] = System.IO.Path.Combine(Root, ".cache/go-build");
            });
            File.Move(partial, output, overwrite: true);
        }
        return new GoProgram(toolchain, output, File.ReadAllBytes(output));
    }

    private static string SourceHash(string folder)
    {
        StringBuilder all = new();
        foreach (string file in Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Order())
            all.Append(File.ReadAllText(file));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(all.ToString())))[..12];
    }

    private static string FindRoot()
    {
        string folder = AppContext.BaseDirectory;
        while (!File.Exists(System.IO.Path.Combine(folder, "sideeye-grafana.sln")))
        {
            folder = System.IO.Path.GetDirectoryName(folder)
                ?? throw new DirectoryNotFoundException("no solution above the tests");
        }
        return folder;
    }
}

/// <summary>Rows for theories over toolchains and variants.</summary>
public static class Matrix
{
    private static readonly string[] ExternalToolchains = ["1.19", "1.25", "1.27"];

    /// <summary>What runs on this machine and has symbols and DWARF.</summary>
    public static TheoryData<string, string> Runnable() => Rows("default", "pie", "external", "external-pie");

    /// <summary>All that has symbols and DWARF.</summary>
    public static TheoryData<string, string> WithSymbols() =>
        Rows("default", "pie", "external", "external-pie", "arm64");

    /// <summary>What the Go linker itself stripped.</summary>
    public static TheoryData<string, string> Stripped() => Rows("stripped", "pie-stripped");

    /// <summary>One row per toolchain.</summary>
    public static TheoryData<string, string> Defaults() => Rows("default");

    private static TheoryData<string, string> Rows(params string[] variants)
    {
        TheoryData<string, string> rows = [];
        foreach (string toolchain in GoProgram.Toolchains)
        {
            foreach (string variant in variants)
            {
                if (!variant.StartsWith("external", StringComparison.Ordinal) || ExternalToolchains.Contains(toolchain))
                    rows.Add(toolchain, variant);
            }
        }
        return rows;
    }
}
