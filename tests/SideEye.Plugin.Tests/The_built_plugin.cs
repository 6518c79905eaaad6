using System.Diagnostics;
using System.Runtime.Versioning;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace SideEye.Plugin.Tests;

/// <summary>The file that Grafana starts: what it needs, and that it needs no more.</summary>
[SupportedOSPlatform("linux")]
public sealed partial class The_built_plugin
{
    private const UnixFileMode Everybody = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    [Fact]
    public async Task Needs_no_loader_and_no_library()
    {
        Requires.Program("readelf");
        await BuiltPlugin.BuildAsync();
        await CheckAsync(BuiltPlugin.Path, BuiltPlugin.Architecture);
    }

    [Fact]
    public async Task Is_built_for_the_other_processor_too_and_starts_there()
    {
        Requires.Program("readelf");
        Assert.SkipUnless(
            File.Exists(BuiltPlugin.ForeignPath), "needs scripts/build-plugin --all-architectures to have been run");
        string other = BuiltPlugin.Architecture == "arm64" ? "amd64" : "arm64";
        await CheckAsync(BuiltPlugin.ForeignPath, other);
        string emulator = other == "arm64" ? "qemu-aarch64-static" : "qemu-x86_64-static";
        Requires.Program(emulator);
        ProcessStartInfo start = new(emulator, [BuiltPlugin.ForeignPath]);
        Assert.Matches(Unix(), await FirstLineAsync(AsGrafana(start)));
        await AskAsync(emulator);
    }

    /// <summary>As in an image of which nothing fits: no loader, no library, no /etc, no home.</summary>
    [Theory]
    [InlineData("0", true, "")]
    [InlineData("472", true, "")]
    [InlineData("472", false, "")]
    [InlineData("472", true, "/sockets")]
    public async Task Starts_where_there_is_nothing_but_itself_and_devices(
        string user, bool isWritable, string sockets)
    {
        Requires.Root();
        Requires.Program("chroot");
        Requires.Program("unshare");
        await BuiltPlugin.BuildAsync();
        DirectoryInfo root = Directory.CreateTempSubdirectory("chroot");
        try
        {
            await FurnishAsync(root.FullName);
            if (sockets.Length > 0)
                File.SetUnixFileMode(Directory.CreateDirectory(root.FullName + sockets).FullName, Everybody);
            // A mount namespace of its own, in which the root is read-only where it is to be.
            string mode = isWritable ? "rw" : "ro";
            ProcessStartInfo start = AsGrafana(new ProcessStartInfo("unshare",
            [
                "-m", "sh", "-c",
                $"mount --bind \"$0\" \"$0\" && mount -o remount,bind,{mode} \"$0\" && "
                    + $"exec chroot --userspec={user}:0 \"$0\" /plugin",
                root.FullName,
            ]));
            start.Environment["PATH"] = "/usr/sbin:/usr/bin:/sbin:/bin";
            if (sockets.Length > 0)
                start.Environment["PLUGIN_UNIX_SOCKET_DIR"] = sockets;
            string expected = isWritable
                ? $@"^1\|2\|unix\|{(sockets.Length > 0 ? sockets : "/tmp")}/gpx_sideeye-[0-9a-f]{{24}}\.sock\|grpc$"
                : @"^1\|2\|tcp\|127\.0\.0\.1:\d+\|grpc$";
            Assert.Matches(expected, await FirstLineAsync(start));
        }
        finally
        {
            root.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Says_to_people_who_start_it_by_hand_what_it_is()
    {
        await BuiltPlugin.BuildAsync();
        (int code, string output, string errors) = await RunAsync(new ProcessStartInfo(BuiltPlugin.Path));
        Assert.Equal((1, ""), (code, output));
        Assert.StartsWith("This is a plugin of Grafana", errors);
    }

    [Fact]
    public async Task Uses_TCP_where_no_socket_can_be_made()
    {
        await BuiltPlugin.BuildAsync();
        ProcessStartInfo start = new(BuiltPlugin.Path);
        start.Environment["grafana_plugin_type"] = "datasource";
        start.Environment["PLUGIN_UNIX_SOCKET_DIR"] = "/nowhere/to/be/found";
        Assert.Matches(@"^1\|2\|tcp\|127\.0\.0\.1:\d+\|grpc$", await FirstLineAsync(start));
    }

    private static async Task FurnishAsync(string root)
    {
        File.SetUnixFileMode(root, Everybody & ~(UnixFileMode.GroupWrite | UnixFileMode.OtherWrite));
        Directory.CreateDirectory(Path.Combine(root, "dev"));
        File.SetUnixFileMode(Directory.CreateDirectory(Path.Combine(root, "tmp")).FullName, Everybody);
        File.Copy(BuiltPlugin.Path, Path.Combine(root, "plugin"));
        foreach ((string device, string minor) in new[] { ("null", "3"), ("urandom", "9") })
        {
            (int code, _, string errors) = await RunAsync(
                new ProcessStartInfo("mknod", [Path.Combine(root, "dev", device), "c", "1", minor]));
            Assert.SkipUnless(code == 0, $"cannot make devices here: {errors}");
            File.SetUnixFileMode(
                Path.Combine(root, "dev", device), Everybody & ~(UnixFileMode.UserExecute | UnixFileMode.GroupExecute
                    | UnixFileMode.OtherExecute));
        }
    }

    /// <summary>What is in the file's head: its processor, and that no loader and no library is named.</summary>
    private static async Task CheckAsync(string path, string architecture)
    {
        (_, string head, _) = await RunAsync(new ProcessStartInfo("readelf", ["-hldW", path]));
        Assert.Contains(architecture == "arm64" ? "AArch64" : "X86-64", head);
        Assert.DoesNotContain("INTERP", head);
        Assert.DoesNotContain("(NEEDED)", head);
    }

    /// <summary>A query to the plugin in an emulator.</summary>
    private static async Task AskAsync(string emulator)
    {
        string program = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
            .Select(folder => Path.Combine(folder, emulator)).First(File.Exists);
        DirectoryInfo folder = Directory.CreateTempSubdirectory("foreign");
        string script = Path.Combine(folder.FullName, "plugin");
        await File.WriteAllTextAsync(script, $"#!/bin/sh\nexec {program} {BuiltPlugin.ForeignPath}\n");
        File.SetUnixFileMode(script, Everybody);
        await using ScriptedControlPlane control = await ScriptedControlPlane.StartAsync();
        control.Script.AnswerWith(Rows.Trailer(), ("", [Rows.Batch(("n", Rows.Longs(7)))], []));
        await using (GrafanaHost host = await GrafanaHost.StartAsync())
        {
            The_plugin_in_its_host.Succeeded(await host.LaunchAsync("foreign", script));
            JsonElement answer = await host.CallAsync("foreign", "/pluginv2.Data/QueryData", Requests.Query(
                Requests.Context(control.Url), ("A", """{"sql":"x"}""")));
            Assert.Equal(["7"], Requests.ValuesOf(Assert.Single(Requests.FramesOf(answer, "A")), "n"));
        }
        folder.Delete(recursive: true);
    }

    /// <summary>With hardly any environment, as Grafana 12.4 leaves it.</summary>
    private static ProcessStartInfo AsGrafana(ProcessStartInfo start)
    {
        start.Environment.Clear();
        start.Environment["grafana_plugin_type"] = "datasource";
        start.Environment["PLUGIN_PROTOCOL_VERSIONS"] = "2";
        start.Environment["PATH"] = Environment.GetEnvironmentVariable("PATH");
        return start;
    }

    private static async Task<string> FirstLineAsync(ProcessStartInfo start)
    {
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        using Process process = Process.Start(start)!;
        try
        {
            Task<string> errors = process.StandardError.ReadToEndAsync();
            string? line = await process.StandardOutput.ReadLineAsync().WaitAsync(GrafanaHost.Patience);
            return line ?? $"nothing, and it says: {await errors}";
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync();
        }
    }

    private static async Task<(int Code, string Output, string Errors)> RunAsync(ProcessStartInfo start)
    {
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output, await errors);
    }

    [GeneratedRegex(@"^1\|2\|unix\|/tmp/gpx_sideeye-[0-9a-f]{24}\.sock\|grpc$")]
    private static partial Regex Unix();
}
