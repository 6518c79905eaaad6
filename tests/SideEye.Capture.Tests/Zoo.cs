using SideEye.Elf;
using SideEye.GoRuntime;

namespace SideEye.Capture.Tests;

/// <summary>A real program's tables and layouts, over which the tests lay memory that they made up.</summary>
public sealed class Zoo : IAsyncLifetime
{
    /// <summary>What the program says of itself.</summary>
    public GoBinary Binary { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        string path = await new GoFixture("zoo", Toolchains.Newest).BuildAsync();
        Binary = GoBinary.Open(ElfFile.Open(await File.ReadAllBytesAsync(path)));
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
