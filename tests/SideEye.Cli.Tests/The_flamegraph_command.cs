using System.Text.Json;
using System.Text.RegularExpressions;

namespace SideEye.Cli.Tests;

public sealed class The_flamegraph_command(ShopFile shop) : IClassFixture<ShopFile>
{
    [Fact]
    public void The_page_needs_nothing_from_anywhere_and_is_the_same_each_time()
    {
        string first = Page();
        Assert.Equal(first, Page());
        Assert.DoesNotMatch(@"(?i)https?://|\bsrc\s*=|<link\b|@import|url\(", first);
        Assert.Contains("default-src 'none'", first, StringComparison.Ordinal);
    }

    [Fact]
    public void Hostile_names_stay_data()
    {
        string page = Page();
        Assert.Equal(2, Regex.Count(page, "(?i)</script"));
        Assert.DoesNotContain("alert(1)<", page, StringComparison.Ordinal);
        Assert.DoesNotContain('\e', page);
        Assert.Contains(ShopSnapshot.HostileName, Texts(page));
    }

    [Fact]
    public void Boxes_hold_as_many_goroutines_as_the_snapshot()
    {
        Golden.Verify("flamegraph.txt", Tree(Page("--process", "1")));
    }

    [Fact]
    public void All_shows_the_runtime_as_well()
    {
        Assert.Contains("runtime.bgsweep", Texts(Page("--all")));
        Assert.DoesNotContain("runtime.bgsweep", Texts(Page()));
    }

    [Fact]
    public void Without_a_name_the_page_goes_to_standard_output()
    {
        CommandRun run = SideEyeProcess.Run("flamegraph", shop.Path);
        Assert.Equal("", run.Error);
        Assert.Equal(0, run.ExitCode);
        Assert.Equal(Page(), run.Output);
    }

    [Fact]
    public void A_folder_that_is_not_there_is_one_line_and_exit_code_1()
    {
        CommandRun run = SideEyeProcess.Run("flamegraph", shop.Path, "-o", shop.Beside("no/such/graph.html"));
        Assert.Equal((1, ""), (run.ExitCode, run.Output));
        Assert.Matches(@"^sideeye: [^\n]*graph.html cannot be written[^\n]*\n$", run.Error);
    }

    private string Page(params string[] more)
    {
        string path = shop.Beside($"{Guid.NewGuid()}.html");
        CommandRun run = SideEyeProcess.Run(["flamegraph", shop.Path, "-o", path, .. more]);
        Assert.Equal("", run.Error);
        Assert.Equal(0, run.ExitCode);
        return File.ReadAllText(path);
    }

    private static JsonElement Data(string page) => JsonDocument.Parse(
        Regex.Match(page, "<script type=\"application/json\" id=\"data\">(.*?)</script>").Groups[1].Value).RootElement;

    private static string[] Texts(string page) =>
        [.. Data(page).GetProperty("texts").EnumerateArray().Select(text => text.GetString()!)];

    /// <summary>The graph as indented text: count, name, place.</summary>
    private static string Tree(string page)
    {
        string[] texts = Texts(page);
        int[][] nodes = [.. Data(page).GetProperty("nodes").EnumerateArray().Select(n => n.GetInt32()).Chunk(5)];
        return string.Concat(nodes.Select(n =>
            $"{new string(' ', 2 * n[0])}{n[4]} {texts[n[1]].Replace("\e", "\\e").Replace("\n", "\\n")}"
            + $"{(n[3] < 0 ? "" : "  " + texts[n[3]])}\n"));
    }
}
