using System.Text.RegularExpressions;

namespace SideEye.Linux;

/// <summary>The container and Kubernetes pod that a process belongs to, as its control groups tell.</summary>
/// <param name="ContainerId">64 hexadecimal digits, or another runtime's name; null outside of a container.</param>
/// <param name="PodUid">The pod's uid, with hyphens where Kubernetes writes them; null outside of a pod.</param>
public sealed partial record ContainerIdentity(string? ContainerId, string? PodUid)
{
    /// <summary>A process that is in no container.</summary>
    public static ContainerIdentity None { get; } = new(null, null);

    /// <summary>
    /// Reads /proc/PID/cgroup of either version. Runtimes name groups after containers: docker-ID.scope,
    /// cri-containerd-ID.scope, crio-ID.scope, libpod-ID.scope under systemd, else a folder ID; of containers within
    /// each other the innermost counts.
    /// </summary>
    public static ContainerIdentity Of(string controlGroups)
    {
        string? container = null;
        string? pod = null;
        foreach (string line in controlGroups.Split('\n'))
        {
            // 4:memory:/path, or 0::/path
            int path = line.IndexOf(':', line.IndexOf(':') + 1) + 1;
            if (path <= 1)
                continue;
            container ??= ContainerIn(line[path..]);
            pod ??= PodIn(line[path..]);
        }
        return container is null && pod is null ? None : new ContainerIdentity(container, pod);
    }

    private static string? ContainerIn(string path)
    {
        if (Id().Matches(path).LastOrDefault() is { } id)
            return id.Groups["id"].Value;
        Match named = Named().Match(path);
        return named.Success ? named.Groups["id"].Value : null;
    }

    // systemd knows no hyphen within a name, so slices have underscores instead.
    private static string? PodIn(string path) =>
        Pod().Matches(path).LastOrDefault()?.Groups["uid"].Value.Replace('_', '-');

    [GeneratedRegex(
        @"(?:[/:]|[/:](?!crio-conmon)[a-z][a-z.-]*[-.])(?<id>[0-9a-f]{64}|[0-9a-f]{32}-[0-9]{6,12})(?=\.scope|[/:]|$)",
        RegexOptions.None, 1000)]
    private static partial Regex Id();

    [GeneratedRegex(
        @"/(?:lxc\.payload\.|lxc\.payload/|lxc/|machine-)(?<id>[A-Za-z0-9][A-Za-z0-9_.-]{0,62}?)(?=\.scope|/|$)",
        RegexOptions.None, 1000)]
    private static partial Regex Named();

    [GeneratedRegex(
        @"[/-]pod(?<uid>[0-9a-f]{8}(?:[-_][0-9a-f]{4}){3}[-_][0-9a-f]{12}|[0-9a-f]{32})(?=\.slice|[/:]|$)",
        RegexOptions.None, 1000)]
    private static partial Regex Pod();
}
