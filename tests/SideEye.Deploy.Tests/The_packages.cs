namespace SideEye.Deploy.Tests;

/// <summary>Debian packages: what is in them, and that they come and go without a trace.</summary>
public sealed class The_packages
{
    // Everything happens on an overlay over this machine's files, in a mount namespace: the machine stays as it is.
    private const string Overlay = """
        set -e
        mount -t tmpfs t /mnt
        mkdir /mnt/up /mnt/work /mnt/root
        mount -t overlay -o lowerdir=/,upperdir=/mnt/up,workdir=/mnt/work o /mnt/root
        mount -t proc p /mnt/root/proc
        mount --bind /dev /mnt/root/dev
        mkdir -p /mnt/root/pkg
        mount --bind "$1" /mnt/root/pkg
        exec chroot /mnt/root sh -ec "$2"
        """;

    [Fact]
    public async Task The_agents_package_has_what_a_host_needs()
    {
        string package = await AgentAsync();
        string contents = await Tool.OutputAsync("dpkg-deb", "--contents", package);
        string[] files =
        [
            "./usr/bin/sideeye-agent -> ../lib/sideeye/sideeye-agent", "./usr/lib/sideeye/sideeye-agent",
            "./lib/systemd/system/sideeye-agent.service", "./etc/sideeye/agent.env",
            "./usr/share/doc/sideeye-agent/copyright", "./usr/share/doc/sideeye-agent/agent.md",
        ];
        Assert.All(files, file => Assert.Contains(file, contents, StringComparison.Ordinal));
        Assert.DoesNotContain("root/work", contents, StringComparison.Ordinal);
        Assert.All(
            contents.Split('\n', StringSplitOptions.RemoveEmptyEntries),
            static line => Assert.Contains(" root/root ", line, StringComparison.Ordinal));
        string about = await Tool.OutputAsync("dpkg-deb", "--field", package);
        Assert.Contains("Package: sideeye-agent\n", about, StringComparison.Ordinal);
        Assert.DoesNotContain("%", about, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_agents_package_is_installed_removed_and_purged_and_nothing_stays()
    {
        Requires.Root();
        Requires.Program("unshare");
        string package = await AgentAsync();
        string name = Path.GetFileName(package);
        string said = await InOverlayAsync(Path.GetDirectoryName(package)!, $"""
            dpkg -i /pkg/{name} >/dev/null
            getent passwd sideeye-agent | cut -d: -f1,6,7
            sideeye-agent --version >/dev/null && echo runs
            test -e /etc/systemd/system/multi-user.target.wants/sideeye-agent.service && echo enabled
            echo CHANGED=1 >>/etc/sideeye/agent.env
            dpkg -i /pkg/{name} >/dev/null
            dpkg -r sideeye-agent >/dev/null
            test -e /usr/bin/sideeye-agent || echo removed
            grep -c CHANGED /etc/sideeye/agent.env
            dpkg -P sideeye-agent >/dev/null
            getent passwd sideeye-agent || echo purged
            ls -d /etc/sideeye /usr/lib/sideeye /var/cache/side-eye 2>/dev/null || true
            dpkg -l sideeye-agent 2>&1 | grep -c '^ii' || true
            """);
        Assert.Equal(
            ["sideeye-agent:/nonexistent:/usr/sbin/nologin", "runs", "removed", "1", "purged", "0"],
            said.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.False(File.Exists("/usr/bin/sideeye-agent"));
    }

    [Fact]
    public async Task Both_packages_live_together_and_sideeye_finds_the_agent()
    {
        Requires.Root();
        Requires.Program("unshare");
        Assert.SkipUnless(
            File.Exists(Repository.PathOf("out", "bin", "sideeye")), "needs out/bin/sideeye, which make build makes");
        string agent = await AgentAsync();
        string cli = await PackageAsync("cli", "sideeye_");
        // .NET's runtime is not a package on every machine that has one.
        string said = await InOverlayAsync(Path.GetDirectoryName(agent)!, $"""
            dpkg -i --force-depends /pkg/{Path.GetFileName(agent)} /pkg/{Path.GetFileName(cli)} >/dev/null 2>&1
            sideeye agent --version >/dev/null && echo agent
            sideeye ps --help >/dev/null && echo cli
            dpkg -P sideeye >/dev/null 2>&1
            sideeye-agent --version >/dev/null && echo still
            ls /etc/sideeye
            """);
        Assert.Equal(["agent", "cli", "still", "agent.env"], said.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task Lintian_finds_no_error()
    {
        Requires.Program("lintian");
        string package = await AgentAsync();
        Tool lintian = await Tool.RunAsync(
            "lintian", "--no-cfg", "--allow-root", "--fail-on", "error", "--suppress-tags",
            // One native file that is meant to need nothing of the system, made outside of Debian.
            "embedded-library,statically-linked-binary",
            package);
        Assert.True(lintian.Code == 0, lintian.Output);
    }

    private static async Task<string> AgentAsync()
    {
        await BuiltAgent.BuildAsync();
        return await PackageAsync("agent", "sideeye-agent_");
    }

    private static async Task<string> PackageAsync(string what, string start)
    {
        Requires.Program("dpkg-deb");
        await RepositoryScript.RunAsync("build-deb", [what], TestContext.Current.CancellationToken);
        return Directory.GetFiles(Repository.PathOf("out", "deb"), start + "*.deb").Max(StringComparer.Ordinal)!;
    }

    private static async Task<string> InOverlayAsync(string packages, string script)
    {
        Tool probe = await Tool.RunAsync(
            "unshare", "--mount", "sh", "-ec", "mount -t tmpfs t /mnt && mkdir /mnt/u /mnt/w /mnt/r && "
                + "mount -t overlay -o lowerdir=/,upperdir=/mnt/u,workdir=/mnt/w o /mnt/r");
        Assert.SkipUnless(probe.Code == 0, $"needs overlay mounts: {probe.Output.Trim()}");
        return await Tool.OutputAsync("unshare", "--mount", "sh", "-c", Overlay, "sh", packages, script);
    }
}
