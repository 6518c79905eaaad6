using SideEye.Elf;
using SideEye.Testing;

namespace SideEye.Host.Tests;

/// <summary>A Go program that runs from a file of its own, as programs do in containers of one image.</summary>
internal sealed class CopiedTarget : IAsyncDisposable
{
    private readonly GoTarget target;

    private CopiedTarget(GoTarget target, string path)
    {
        this.target = target;
        Path = path;
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    public int Pid => target.ProcessId;

    /// <summary>Copies a program to a file and runs it.</summary>
    public static async Task<CopiedTarget> StartAsync(GoFixture fixture, string path)
    {
        File.Copy(await fixture.BuildAsync(), path);
        return await RunAsync(fixture, path);
    }

    /// <summary>Runs a copy that is there.</summary>
    public static async Task<CopiedTarget> RunAsync(GoFixture fixture, string path) => new(
        await GoTarget.StartWithinAsync(["/bin/sh", "-c", "shift; exec \"$0\" \"$@\"", path], fixture), path);

    /// <summary>Changes bytes in the middle of a section of a file, and nothing of what it says it is.</summary>
    public static void Forge(string path, string section)
    {
        byte[] bytes = File.ReadAllBytes(path);
        ElfSection of = ElfFile.Open(bytes).FindSection(section)!;
        for (ulong i = of.Size / 2; i < (of.Size / 2) + 8; i++)
            bytes[(int)(of.Offset + i)] ^= 0x55;
        using FileStream file = new(path, FileMode.Open, FileAccess.Write);
        file.Write(bytes);
    }

    public async ValueTask DisposeAsync() => await target.DisposeAsync();
}
