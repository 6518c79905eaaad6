using System.Diagnostics;
using System.Runtime.Versioning;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Microsoft.AspNetCore.Hosting;
using static SideEye.Plugin.Tests.Rows;

namespace SideEye.Plugin.Tests;

/// <summary>
/// The plugin brings OpenSSL along, which knows the folders of the system that it was built on: it must trust whom the
/// machine trusts on which it runs, an Alpine one too.
/// </summary>
[SupportedOSPlatform("linux")]
public sealed class The_machines_authorities
{
    private const string Bundle = "/etc/ssl/certs/ca-certificates.crt";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Those_of_the_machine_are_trusted_and_no_others(bool isTrusted)
    {
        Requires.Root();
        Requires.Program("unshare");
        Assert.SkipUnless(File.Exists(Bundle), $"needs {Bundle}, to put another file in its place");
        await BuiltPlugin.BuildAsync();
        await RepositoryScript.RunAsync("build-pluginhost", [], TestContext.Current.CancellationToken);
        using X509Certificate2 certificate = Certificates.ForThisMachine();
        await using ScriptedControlPlane control = await ScriptedControlPlane.StartAsync(
            listen => listen.UseHttps(certificate));
        control.Script.AnswerWith(Trailer(), ("", [Batch(("n", Longs(1)))], []));
        DirectoryInfo folder = Directory.CreateTempSubdirectory("authorities");
        try
        {
            string pem = Path.Combine(folder.FullName, "bundle.pem");
            await File.WriteAllTextAsync(
                pem, isTrusted ? certificate.ExportCertificatePem() : "", TestContext.Current.CancellationToken);
            // The name is looked up by the plugin's own C library.
            JsonElement result = await AskAsync(pem, control.Url.Replace("127.0.0.1", "localhost"));
            Assert.Equal(isTrusted ? 1 : 0, result.GetProperty("rows").GetInt32());
            string errors = result.GetProperty("errors").GetRawText();
            Assert.Equal(!isTrusted, errors.Contains("TLS: ", StringComparison.Ordinal));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>One query where the machine trusts a file's authorities, and has no folder of OpenSSL's own.</summary>
    private static async Task<JsonElement> AskAsync(string bundle, string url)
    {
        string host = Path.Combine(Repository.Cache, "targets", "pluginhost", "pluginhost");
        ProcessStartInfo start = new("unshare",
        [
            "-m", "sh", "-c",
            "mount --bind \"$0\" " + Bundle + " && for folder in /usr/lib/ssl /usr/local/ssl; do "
                + "if [ -d $folder ]; then mount -t tmpfs none $folder; fi; done; exec \"$@\"",
            bundle, host, "repeat", "-plugin", BuiltPlugin.Path, "-url", url, "-calls", "1", "-warm-up", "0",
            "-query", """{"sql":"x"}""",
        ])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync().WaitAsync(GrafanaHost.Patience);
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, await errors);
        return JsonDocument.Parse(output).RootElement;
    }
}
