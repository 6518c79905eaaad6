namespace SideEye.Testing;

/// <summary>etcd, a large program that is not ours, in two builds.</summary>
public static class Etcd
{
    /// <summary>Built by the newest toolchain, with debug information; the first time takes minutes.</summary>
    /// <exception cref="InvalidOperationException">It does not build.</exception>
    public static async Task<string> BuildAsync(CancellationToken cancellation = default)
    {
        await RepositoryScript.RunAsync("build-etcd", ["etcd"], cancellation);
        return Path.Combine(Repository.Cache, "targets", "etcd", "etcd");
    }

    /// <summary>As Debian delivers it: stripped, with cgo, of an older Go.</summary>
    /// <exception cref="InvalidOperationException">It cannot be had.</exception>
    public static async Task<string> DebianAsync(CancellationToken cancellation = default)
    {
        await RepositoryScript.RunAsync("build-etcd", ["debian"], cancellation);
        return Path.Combine(Repository.Cache, "debian", "etcd-server", "usr", "bin", "etcd");
    }
}
