namespace SideEye.Cli.Tests;

/// <summary>The shop's snapshot in a file, made once for a test class.</summary>
public sealed class ShopFile : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public ShopFile()
    {
        Path = folder.File("shop.duckdb");
        ShopSnapshot.Write(Path);
    }

    public string Path { get; }

    public string Beside(string name) => folder.File(name);

    public void Dispose() => folder.Dispose();
}
