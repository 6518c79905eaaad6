using Xunit;

namespace SideEye.Testing;

/// <summary>Skips the calling test, with a reason, where the machine cannot run it.</summary>
public static class Requires
{
    /// <summary>The test inspects other processes with privileges: it runs as root only.</summary>
    public static void Root() => Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root");

    /// <summary>The test loads BPF programs.</summary>
    public static void Bpf()
    {
        Root();
        Assert.SkipUnless(File.Exists("/sys/kernel/btf/vmlinux"), "needs a kernel with BTF (/sys/kernel/btf/vmlinux)");
        Assert.SkipUnless(
            Environment.OSVersion.Version >= new Version(5, 17), "needs Linux 5.17 or later (bpf_loop)");
    }

    /// <summary>The test runs a program that must be on the PATH.</summary>
    public static void Program(string name)
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':');
        Assert.SkipUnless(folders.Any(folder => File.Exists(Path.Combine(folder, name))), $"needs the program {name}");
    }

    /// <summary>The test measures time: it needs so many processors.</summary>
    public static void Processors(int count) =>
        Assert.SkipUnless(Environment.ProcessorCount >= count, $"needs {count} processors");
}
