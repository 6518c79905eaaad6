using System.Text.Json;

namespace SideEye.Deploy.Tests;

/// <summary>Dockerfiles, as far as they can be looked at without an engine.</summary>
public sealed class The_images
{
    public static TheoryData<string> Images => ["agent", "serve"];

    [Theory]
    [MemberData(nameof(Images))]
    public async Task A_Dockerfile_copies_what_make_build_makes_and_its_filter_lets_that_through(string image)
    {
        await BuiltAgent.BuildAsync();
        string[] filter = await File.ReadAllLinesAsync(
            PathOf(image) + ".dockerignore", TestContext.Current.CancellationToken);
        Assert.Equal("*", filter[0]);
        string[] sources =
        [
            .. (await InstructionsAsync(image))
                .Where(static one => one.StartsWith("COPY ", StringComparison.Ordinal))
                .SelectMany(static one => one.Split(' ')[1..^1]),
        ];
        Assert.NotEmpty(sources);
        foreach (string source in sources)
        {
            string path = Repository.PathOf(source.TrimEnd('/'));
            Assert.True(File.Exists(path) || Directory.Exists(path), $"{source} is not there");
            Assert.Contains("!" + source.TrimEnd('/'), filter);
        }
    }

    [Theory]
    [MemberData(nameof(Images))]
    public async Task An_image_names_its_user_and_starts_its_program_without_a_shell(string image)
    {
        string[] instructions = await InstructionsAsync(image);
        Assert.StartsWith("FROM ", instructions[0], StringComparison.Ordinal);
        Assert.Single(instructions, static one => one.StartsWith("USER ", StringComparison.Ordinal));
        string entry = Assert.Single(
            instructions, static one => one.StartsWith("ENTRYPOINT ", StringComparison.Ordinal));
        string[] words = JsonSerializer.Deserialize<string[]>(entry["ENTRYPOINT ".Length..])!;
        Assert.All(words, static word => Assert.StartsWith("/usr/", word, StringComparison.Ordinal));
        Assert.DoesNotContain(instructions, static one => one.StartsWith("ADD ", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Images))]
    public async Task A_linter_finds_nothing_wrong_with_a_Dockerfile(string image)
    {
        Requires.Program("npm");
        await RepositoryScript.RunAsync("build-dockerlint", [], TestContext.Current.CancellationToken);
        string lint = Path.Combine(Repository.Cache, "dockerlint", "node_modules", ".bin", "dockerfile-utils");
        Tool tool = await Tool.RunAsync(lint, "lint", PathOf(image));
        Assert.True(tool.Code == 0 && tool.Output.Trim().Length == 0, tool.Output);
    }

    private static string PathOf(string image) => Repository.PathOf("deploy", "docker", image, "Dockerfile");

    private static async Task<string[]> InstructionsAsync(string image)
    {
        string text = await File.ReadAllTextAsync(PathOf(image), TestContext.Current.CancellationToken);
        return [.. text.Replace("\\\n", " ", StringComparison.Ordinal).Split('\n')
            .Where(static line => line.Length > 0 && line[0] != '#')];
    }
}
