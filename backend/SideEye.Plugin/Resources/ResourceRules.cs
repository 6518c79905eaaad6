using System.Text.RegularExpressions;

namespace SideEye.Plugin.Resources;

/// <summary>What of the control plane's HTTP API people may call through Grafana, and in which role.</summary>
internal static partial class ResourceRules
{
    private const string Api = "api/v1/";

    // The subjects that anybody who sees dashboards may read.
    private static readonly string[] Readable =
    [
        "agents", "environments", "functions", "health", "names", "processes", "programs", "schedules", "snapshots",
        "spec", "specs", "tables", "types", "variables", "version",
    ];

    private static readonly string[] Changing = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];

    /// <summary>The role that a request needs; null where it is not let through at all.</summary>
    /// <param name="method">The HTTP method, in capitals.</param>
    /// <param name="path">The path, without a slash in front.</param>
    internal static string? RoleFor(string method, string path)
    {
        if (path == "openapi/v1.json")
            return method == "GET" ? "Viewer" : null;
        // Only plain letters: nothing that one side would decode and the other would not.
        if (!path.StartsWith(Api, StringComparison.Ordinal) || !PlainPath().IsMatch(path)
            || !Changing.Contains(method))
        {
            return null;
        }
        string[] parts = path[Api.Length..].Split('/');
        if (parts.Any(part => part is "." or ".."))
            return null;
        bool isReading = method is "GET" or "HEAD";
        return (parts[0], parts[^1], method) switch
        {
            ("query", _, "POST") or (_, "query", "POST") or (_, "check", "POST") => "Viewer",
            ("snapshots" or "capture", _, "POST") when parts.Length == 1 => "Editor",
            ("audit", _, _) => isReading ? "Admin" : null,
            _ when !Readable.Contains(parts[0]) => null,
            _ => isReading ? "Viewer" : "Admin",
        };
    }

    /// <summary>Whether somebody of a role may do what needs another.</summary>
    internal static bool Suffices(string role, string needed) => Rank(role) >= Rank(needed);

    private static int Rank(string role) => role switch
    {
        "Viewer" => 1,
        "Editor" => 2,
        "Admin" => 3,
        _ => 0,
    };

    [GeneratedRegex(@"^[A-Za-z0-9_.~:@-]{1,200}(/[A-Za-z0-9_.~:@-]{1,200}){0,7}$")]
    private static partial Regex PlainPath();
}
