namespace SideEye.Grafana.Hosting;

/// <summary>What host and plugin say before the first call: environment variables, and one line on standard output.
/// </summary>
internal static class Handshake
{
    private const string CookieName = "grafana_plugin_type";
    private const string CookieValue = "datasource";
    private const string VersionsName = "PLUGIN_PROTOCOL_VERSIONS";
    private const int CoreVersion = 1;
    private const int AppVersion = 2;

    /// <summary>Why Grafana did not start this process, for the person who did; null where it did.</summary>
    internal static string? Refusal(Func<string, string?> environment)
    {
        if (environment(CookieName) != CookieValue)
        {
            return "This is a plugin of Grafana, which starts it. Put its folder into Grafana's plugin folder; "
                + "there is nothing to be run by hand.";
        }
        string? versions = environment(VersionsName);
        if (versions is not null && !versions.Split(',').Any(version => version.Trim() == $"{AppVersion}"))
            return $"Grafana asks for plugin protocol {versions}; this plugin speaks {AppVersion}.";
        return null;
    }

    /// <summary>The line that says where the plugin listens.</summary>
    internal static string Line(string network, string address) =>
        $"{CoreVersion}|{AppVersion}|{network}|{address}|grpc\n";
}
