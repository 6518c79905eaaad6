using System.Diagnostics;
using System.Text.RegularExpressions;

namespace SideEye.Plugin.Tests;

/// <summary>The file that Grafana starts: what it needs, and that it needs no more.</summary>
public sealed partial class The_built_plugin
{
    [Fact]
    public async Task Depends_on_the_libraries_that_stock_images_have_and_no_others()
    {
        Requires.Program("readelf");
        await BuiltPlugin.BuildAsync();
        (_, string dynamic, _) = await RunAsync(new ProcessStartInfo("readelf", ["-d", BuiltPlugin.Path]));
        string[] needed = [.. Needed().Matches(dynamic).Select(match => match.Groups[1].Value)];
        Assert.NotEmpty(needed);
        Assert.Empty(needed.Except(["libc.so.6", "libm.so.6", "ld-linux-x86-64.so.2"]));
    }

    [Fact]
    public async Task Starts_where_there_is_nothing_but_loader_libc_libm_and_devices()
    {
        Requires.Root();
        Requires.Program("chroot");
        await BuiltPlugin.BuildAsync();
        DirectoryInfo root = Directory.CreateTempSubdirectory("chroot");
        try
        {
            await FurnishAsync(root.FullName);
            ProcessStartInfo start = new("chroot", [root.FullName, "/plugin"]);
            start.Environment.Clear();
            start.Environment["PATH"] = "/usr/sbin:/usr/bin:/sbin:/bin";
            start.Environment["grafana_plugin_type"] = "datasource";
            start.Environment["PLUGIN_PROTOCOL_VERSIONS"] = "2";
            string line = await FirstLineAsync(start);
            Assert.Matches(@"^1\|2\|unix\|/tmp/gpx_sideeye-[0-9a-f]{24}\.sock\|grpc$", line);
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
        string[] folders = ["lib64", "lib/x86_64-linux-gnu", "dev", "tmp"];
        foreach (string folder in folders)
            Directory.CreateDirectory(Path.Combine(root, folder));
        File.Copy(BuiltPlugin.Path, Path.Combine(root, "plugin"));
        string[] libraries = ["lib64/ld-linux-x86-64.so.2", "lib/x86_64-linux-gnu/libc.so.6",
            "lib/x86_64-linux-gnu/libm.so.6"];
        foreach (string library in libraries)
            File.Copy($"/{library}", Path.Combine(root, library));
        foreach ((string device, string minor) in new[] { ("null", "3"), ("urandom", "9") })
        {
            (int code, _, string errors) = await RunAsync(
                new ProcessStartInfo("mknod", [Path.Combine(root, "dev", device), "c", "1", minor]));
            Assert.SkipUnless(code == 0, $"cannot make devices here: {errors}");
        }
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

    [GeneratedRegex(@"\(NEEDED\).*\[(.+)\]")]
    private static partial Regex Needed();
}
