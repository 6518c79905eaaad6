using System.Diagnostics;
using System.Text.Json;

namespace SideEye.Testing;

/// <summary>The built plugin in a real plugin host, under the load of people and alert rules.</summary>
public static class PluginLoad
{
    /// <summary>The host, which scripts/build-pluginhost builds.</summary>
    public static string Host { get; } = Path.Combine(Repository.Cache, "targets", "pluginhost", "pluginhost");

    /// <summary>The plugin, which scripts/build-plugin builds.</summary>
    public static string Plugin { get; } = Repository.PathOf(
        "out", "plugin", "sideeye-sideeye-datasource", "gpx_sideeye_linux_amd64");

    /// <summary>Builds both unless they are up to date.</summary>
    public static async Task BuildAsync()
    {
        await RepositoryScript.RunAsync("build-plugin", []);
        await RepositoryScript.RunAsync("build-pluginhost", []);
    }

    /// <summary>Runs the host and gives its report, as tests/targets/pluginhost/tally.go writes it.</summary>
    /// <param name="before">A command that runs the host, such as <c>nice</c>; empty for none.</param>
    /// <param name="arguments">The mode and its flags, without <c>-plugin</c>.</param>
    /// <exception cref="InvalidOperationException">It failed.</exception>
    public static async Task<JsonElement> RunAsync(
        IReadOnlyList<string> before, params IReadOnlyList<string> arguments)
    {
        string[] all = [.. before, Host, arguments[0], "-plugin", Plugin, .. arguments.Skip(1)];
        using Process process = Process.Start(new ProcessStartInfo(all[0], all.Skip(1))
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        process.StandardInput.Close();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return output.Length > 0 ? JsonDocument.Parse(output).RootElement
            : throw new InvalidOperationException($"pluginhost: exit code {process.ExitCode}: {await errors}");
    }
}
