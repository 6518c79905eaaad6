namespace SideEye.Grafana.Calls;

/// <summary>The headers of a call. Grafana spells those that come from HTTP with a prefix, and cases vary.</summary>
public sealed class CallHeaders
{
    private const string FromHttp = "http_";

    private readonly Dictionary<string, string> values = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Headers as they came.</summary>
    public CallHeaders(IEnumerable<KeyValuePair<string, string>> headers)
    {
        ArgumentNullException.ThrowIfNull(headers);
        foreach ((string name, string value) in headers)
            values[name] = value;
    }

    /// <summary>No headers.</summary>
    public static CallHeaders None { get; } = new([]);

    /// <summary>The value of a header in either spelling; null where it is absent.</summary>
    public string? this[string name] =>
        values.TryGetValue(name, out string? value) || values.TryGetValue(FromHttp + name, out value) ? value : null;

    /// <summary>Whether an alert or recording rule asks, and no person.</summary>
    public bool IsFromAlert => string.Equals(this["FromAlert"], "true", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether an expression of Grafana's reckons with the answer.</summary>
    public bool IsFromExpression =>
        string.Equals(this["X-Grafana-From-Expr"], "true", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether a person pressed refresh to see what is really there.</summary>
    public bool SkipsCache => string.Equals(this["X-Cache-Skip"], "true", StringComparison.OrdinalIgnoreCase);
}
