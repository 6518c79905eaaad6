using System.Text;
using SideEye.GoRuntime.Functions;
using SideEye.Host;

namespace SideEye.Probes.Tests;

/// <summary>What was found out about a program is kept, and never makes an answer another.</summary>
public sealed class A_program_that_was_looked_into_before : IDisposable
{
    private static readonly string[] Functions = ["main.structs", "main.maps", "net/http.(*conn).serve", "main.cycles"];
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("sideeye-kept");

    public void Dispose() => folder.Delete(recursive: true);

    [Theory]
    [InlineData("1.27")]
    [InlineData("1.24")]
    [InlineData("1.19")]
    public async Task Has_the_same_variables_the_second_time(string version)
    {
        string path = await new GoFixture("values", version).BuildAsync(TestContext.Current.CancellationToken);
        IndexFiles files = new(folder.FullName);
        string first = Variables(path, files);
        Assert.Contains("main.structs", first);
        FileInfo[] kept = [.. folder.GetFiles().OrderBy(static file => file.Name)];
        Assert.Equal([".functions", ".parts"], kept.Select(static file => file.Extension));
        Assert.All(kept, static file => Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite, file.UnixFileMode));
        Assert.Equal(first, Variables(path, files));
        foreach (FileInfo file in kept)
        {
            DateTime written = file.LastWriteTimeUtc;
            file.Refresh();
            Assert.Equal(written, file.LastWriteTimeUtc);
        }
    }

    [Fact]
    public async Task Has_the_same_variables_when_what_was_kept_is_damaged_and_keeps_it_anew()
    {
        (string path, IndexFiles files, string first) = await LookIntoAsync();
        string parts = Assert.Single(folder.GetFiles("*.parts")).FullName;
        byte[] whole = await File.ReadAllBytesAsync(parts, TestContext.Current.CancellationToken);
        const int places = 40;
        for (int i = 0; i < places; i++)
        {
            byte[] damaged = [.. whole];
            damaged[(long)whole.Length * i / places] ^= 0x40;
            await File.WriteAllBytesAsync(parts, damaged, TestContext.Current.CancellationToken);
            Assert.Equal(first, Variables(path, files));
            Assert.Equal(first, Variables(path, files));
        }

        await File.WriteAllBytesAsync(parts, whole[..(whole.Length / 2)], TestContext.Current.CancellationToken);
        Assert.Equal(first, Variables(path, files));
        Assert.Equal(first, Variables(path, files));
        Assert.Equal(whole, await File.ReadAllBytesAsync(parts, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Has_the_same_variables_when_its_entries_are_damaged_wherever_they_are_read()
    {
        (string path, IndexFiles files, string first) = await LookIntoAsync();
        string parts = Assert.Single(folder.GetFiles("*.parts")).FullName;
        byte[] whole = await File.ReadAllBytesAsync(parts, TestContext.Current.CancellationToken);
        // The first row of the table: its name, and where the bytes are.
        const int row = 24;
        Assert.Equal(".debug_info", Encoding.ASCII.GetString(whole, row, 32).TrimEnd('\0'));
        int start = BitConverter.ToInt32(whole, row + 40);
        int length = BitConverter.ToInt32(whole, row + 48);
        byte[] damaged = [.. whole];
        for (int at = start + 100; at < start + length; at += 1_000)
            damaged[at] ^= 0x40;
        await File.WriteAllBytesAsync(parts, damaged, TestContext.Current.CancellationToken);
        Assert.Equal(first, Variables(path, files));
        Assert.Equal(first, Variables(path, files));
        Assert.Equal(whole, await File.ReadAllBytesAsync(parts, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Keeps_it_anew_when_an_older_layout_is_there()
    {
        (string path, IndexFiles files, string first) = await LookIntoAsync();
        string parts = Assert.Single(folder.GetFiles("*.parts")).FullName;
        byte[] whole = await File.ReadAllBytesAsync(parts, TestContext.Current.CancellationToken);
        byte[] older = [.. whole];
        older[4]--;
        await File.WriteAllBytesAsync(parts, older, TestContext.Current.CancellationToken);
        Assert.Equal(first, Variables(path, files));
        Assert.Equal(whole, await File.ReadAllBytesAsync(parts, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Is_not_mixed_up_with_another_of_the_same_build_id()
    {
        string path = await new GoFixture("values", "1.27").BuildAsync(TestContext.Current.CancellationToken);
        string other = await new GoFixture("values", "1.27", "noopt").BuildAsync(TestContext.Current.CancellationToken);
        IndexFiles files = new(folder.FullName);
        string first = Variables(path, files);
        string[] mine = [.. folder.GetFiles().Select(static file => file.FullName)];
        string second = Variables(other, files);
        Assert.NotEqual(first, second);
        string[] theirs = [.. folder.GetFiles().Select(static file => file.FullName).Except(mine)];
        foreach (string kept in theirs)
            File.Copy(kept, mine.Single(file => Path.GetExtension(file) == Path.GetExtension(kept)), overwrite: true);
        Assert.Equal(first, Variables(path, files));
        Assert.Equal(first, Variables(path, files));
    }

    private async Task<(string Path, IndexFiles Files, string Found)> LookIntoAsync()
    {
        string path = await new GoFixture("values", "1.27").BuildAsync(TestContext.Current.CancellationToken);
        IndexFiles files = new(folder.FullName);
        return (path, files, Variables(path, files));
    }

    private static string Variables(string path, IndexFiles files)
    {
        using ProgramFunctions program = ProgramFunctions.Open(path, path, files);
        List<string> text = [];
        foreach (string function in Functions)
        {
            foreach (FunctionBody body in program.Variables.Bodies(function))
            {
                text.Add($"{body.Function} in {body.Container} {string.Join(' ', body.Code)}");
                text.AddRange(body.Variables.Select(static variable =>
                    $"{variable.Name} {variable.Type.Name} {variable.Type.Size} {variable.Role} "
                    + string.Join(' ', variable.Locations.Select(static one =>
                        $"{one.Low:x}-{one.High:x}:{string.Join(',', one.Pieces)}"))));
            }
        }

        return string.Join('\n', text);
    }
}
