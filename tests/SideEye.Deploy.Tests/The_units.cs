using System.Globalization;
using System.Text.RegularExpressions;

namespace SideEye.Deploy.Tests;

/// <summary>The units of systemd: that it understands them, and how much they leave open.</summary>
public sealed partial class The_units
{
    [Theory]
    [InlineData("sideeye-agent.service", "/usr/bin/sideeye-agent")]
    [InlineData("sideeye-serve.service", "/usr/bin/sideeye")]
    public async Task Systemd_finds_nothing_wrong_with_a_unit(string unit, string program)
    {
        Requires.Program("systemd-analyze");
        UnitFile file = UnitFile.Read(unit);
        Assert.Equal(program, file.Words("ExecStart")[0]);
        DirectoryInfo folder = Directory.CreateTempSubdirectory("sideeye-test-");
        try
        {
            // Another program stands for the unit's, which need not be installed here.
            string copy = Path.Combine(folder.FullName, unit);
            string text = await File.ReadAllTextAsync(
                Path.Combine(UnitFile.Folder, unit), TestContext.Current.CancellationToken);
            await File.WriteAllTextAsync(
                copy, text.Replace($"ExecStart={program}", "ExecStart=/bin/true", StringComparison.Ordinal)
                    .Replace("Documentation=file://", "#", StringComparison.Ordinal),
                TestContext.Current.CancellationToken);
            string said = await Tool.OutputAsync("systemd-analyze", "verify", "--man=no", copy);
            Assert.DoesNotContain(unit, said, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Of 10 for a unit without any restriction; a unit that needs no right can come below 2.</summary>
    [Theory]
    [InlineData("sideeye-agent.service", 3.5)]
    [InlineData("sideeye-serve.service", 2)]
    public async Task A_unit_leaves_little_open(string unit, double exposureMax)
    {
        Requires.Program("systemd-analyze");
        string said = await Tool.OutputAsync(
            "systemd-analyze", "security", "--offline=true", "--no-pager", Path.Combine(UnitFile.Folder, unit));
        Match overall = Overall().Match(said);
        Assert.True(overall.Success, said);
        Assert.InRange(double.Parse(overall.Groups[1].Value, CultureInfo.InvariantCulture), 0, exposureMax);
    }

    [Fact]
    public void The_agents_rights_are_the_ones_of_the_image_and_the_chart()
    {
        string[] rights = UnitFile.Read("sideeye-agent.service").Words("AmbientCapabilities");
        Assert.Equal(rights, UnitFile.Read("sideeye-agent.service").Words("CapabilityBoundingSet"));
        string short_ = string.Join(", ", rights.Select(static right => right["CAP_".Length..]));
        Assert.Contains($"capabilities: [{short_}]", File.ReadAllText(
            Repository.PathOf("deploy", "helm", "sideeye", "values.yaml")), StringComparison.Ordinal);
        string dockerfile = File.ReadAllText(Repository.PathOf("deploy", "docker", "agent", "Dockerfile"));
        Assert.All(rights, right => Assert.Contains(
            $"--cap-add {right["CAP_".Length..]}", dockerfile, StringComparison.Ordinal));
    }

    [GeneratedRegex(@"Overall exposure level for \S+: ([0-9.]+)")]
    private static partial Regex Overall();
}
