using System.Text.Json;
using System.Text.RegularExpressions;

namespace SideEye.Plugin.Tests;

/// <summary>What Grafana reads before it starts anything.</summary>
public sealed class The_plugins_folder
{
    [Fact]
    public async Task Plugin_json_says_what_the_backend_does()
    {
        await BuiltPlugin.BuildAsync();
        using JsonDocument document = JsonDocument.Parse(
            await File.ReadAllTextAsync(
                Path.Combine(BuiltPlugin.Folder, "plugin.json"), TestContext.Current.CancellationToken));
        JsonElement json = document.RootElement;
        Assert.Matches("^[0-9a-z]+-([0-9a-z]+-)?datasource$", json.GetProperty("id").GetString());
        Assert.Equal("datasource", json.GetProperty("type").GetString());
        string[] abilities = ["backend", "alerting", "streaming", "annotations", "logs", "metrics"];
        Assert.All(abilities, name => Assert.True(json.GetProperty(name).GetBoolean(), name));
        string executable = json.GetProperty("executable").GetString()!;
        Assert.Equal($"{executable}_linux_{BuiltPlugin.Architecture}", Path.GetFileName(BuiltPlugin.Path));
        Assert.StartsWith(
            ">=11", json.GetProperty("dependencies").GetProperty("grafanaDependency").GetString());
        // Nothing goes around the backend.
        Assert.False(json.TryGetProperty("routes", out _));
        JsonElement about = json.GetProperty("info");
        Assert.Matches(new Regex(@"^\d+\.\d+\.\d+"), about.GetProperty("version").GetString());
        Assert.Matches(new Regex(@"^\d{4}-\d\d-\d\d$"), about.GetProperty("updated").GetString());
        Assert.NotEqual(0, about.GetProperty("keywords").GetArrayLength());
        foreach (string size in (string[])["small", "large"])
        {
            string logo = about.GetProperty("logos").GetProperty(size).GetString()!;
            Assert.True(File.Exists(Path.Combine(BuiltPlugin.Folder, logo)), logo);
        }
    }

    [Fact]
    public async Task The_backend_may_be_run_and_nothing_else()
    {
        await BuiltPlugin.BuildAsync();
        foreach (string path in Directory.GetFiles(BuiltPlugin.Folder))
        {
            bool isBackend = Path.GetFileName(path).StartsWith("gpx_", StringComparison.Ordinal);
            Assert.Equal(isBackend, OperatingSystem.IsLinux()
                && File.GetUnixFileMode(path).HasFlag(UnixFileMode.OtherExecute));
        }
    }
}
