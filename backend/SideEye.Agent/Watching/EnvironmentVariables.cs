using SideEye.Host;

namespace SideEye.Agent.Watching;

/// <summary>Which environment (production, staging, ...) a process says that it is in, by its variables.</summary>
internal static class EnvironmentVariables
{
    private const int NameCharactersMax = 63;
    private static readonly string[] Direct = ["SIDEEYE_ENVIRONMENT", "DEPLOYMENT_ENVIRONMENT"];
    private static readonly string[] Attributes = ["deployment.environment.name", "deployment.environment"];

    /// <summary>The environment; null when the process does not say.</summary>
    public static string? EnvironmentOf(DiscoveredProcess process)
    {
        foreach (string variable in Direct)
        {
            if (Usable(process.Variable(variable)) is { } named)
                return named;
        }
        // Resource attributes of OpenTelemetry: key=value,key=value with percent-encoded values.
        string[] pairs = process.Variable("OTEL_RESOURCE_ATTRIBUTES")?.Split(',') ?? [];
        foreach (string attribute in Attributes)
        {
            foreach (string pair in pairs)
            {
                int equals = pair.IndexOf('=', StringComparison.Ordinal);
                if (equals > 0 && pair.AsSpan(0, equals).Trim().SequenceEqual(attribute)
                    && Usable(Uri.UnescapeDataString(pair[(equals + 1)..])) is { } named)
                {
                    return named;
                }
            }
        }
        return null;
    }

    private static string? Usable(string? name)
    {
        string trimmed = name?.Trim() ?? "";
        return trimmed.Length is > 0 and <= NameCharactersMax && !trimmed.Any(char.IsControl) ? trimmed : null;
    }
}
