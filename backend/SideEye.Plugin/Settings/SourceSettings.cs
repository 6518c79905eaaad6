using System.Net;
using System.Text;
using System.Text.Json;
using SideEye.Grafana.Calls;

namespace SideEye.Plugin.Settings;

/// <summary>What somebody configured for a data source, checked.</summary>
internal sealed record SourceSettings
{
    /// <summary>Where the control plane's gRPC listens.</summary>
    public required Uri Url { get; init; }

    /// <summary>The bearer token; null for none.</summary>
    public string? Token { get; init; }

    /// <summary>PEM of the authority that signed the control plane's certificate; null for the machine's.</summary>
    public string? AuthorityPem { get; init; }

    /// <summary>PEM of our certificate; null for none.</summary>
    public string? CertificatePem { get; init; }

    /// <summary>PEM of its key.</summary>
    public string? KeyPem { get; init; }

    /// <summary>The name in the control plane's certificate; null for the address's.</summary>
    public string? ServerName { get; init; }

    /// <summary>Whether the control plane's certificate is not checked.</summary>
    public bool SkipsVerification { get; init; }

    /// <summary>How old a snapshot may be; null for the control plane's default.</summary>
    public TimeSpan? MaxAge { get; init; }

    /// <summary>How long a query waits for a snapshot; null for the control plane's default.</summary>
    public TimeSpan? WaitMax { get; init; }

    /// <summary>The program of queries that name none; may be empty.</summary>
    public string Program { get; init; } = "";

    /// <summary>The environment of queries that name none; may be empty.</summary>
    public string Environment { get; init; } = "";

    /// <summary>Reads what Grafana hands over.</summary>
    /// <exception cref="QueryException">It is not usable; the message says what to change.</exception>
    internal static SourceSettings Read(DataSourceSettings source, PluginLimits limits)
    {
        SettingsDocument document = Parse(source, limits);
        string address = !string.IsNullOrWhiteSpace(document.Url) ? document.Url.Trim() : source.Url.Trim();
        try
        {
            return new SourceSettings
            {
                Url = Address(address, document.AllowInsecure),
                Token = Secret(source, "token"),
                AuthorityPem = document.TlsAuthWithCACert ? Needed(source, "tlsCACert", "CA certificate") : null,
                CertificatePem = document.TlsAuth ? Needed(source, "tlsClientCert", "client certificate") : null,
                KeyPem = document.TlsAuth ? Needed(source, "tlsClientKey", "client key") : null,
                ServerName = string.IsNullOrWhiteSpace(document.ServerName) ? null : document.ServerName.Trim(),
                SkipsVerification = document.TlsSkipVerify,
                MaxAge = Duration(document.DefaultMaxAge, "the default maximum age"),
                WaitMax = Duration(document.WaitMax, "the longest wait"),
                Program = document.DefaultProgram ?? "",
                Environment = document.DefaultEnvironment ?? "",
            };
        }
        catch (FormatException e)
        {
            throw new QueryException($"In the data source's settings, {e.Message}.", cause: e);
        }
    }

    private static SettingsDocument Parse(DataSourceSettings source, PluginLimits limits)
    {
        if (source.Json.IsEmpty)
            return new SettingsDocument();
        if (source.Json.Length > limits.JsonBytesMax)
            throw new QueryException($"The data source's settings have more than {limits.JsonBytesMax:N0} bytes.");
        try
        {
            return JsonSerializer.Deserialize(source.Json.Span, DocumentJsonContext.Default.SettingsDocument)
                ?? new SettingsDocument();
        }
        catch (JsonException e)
        {
            throw new QueryException($"The data source's settings (jsonData) cannot be read: {e.Message}", cause: e);
        }
    }

    private static Uri Address(string text, bool allowsInsecure)
    {
        if (text.Length == 0)
        {
            throw new FormatException(
                "there is no URL: enter the control plane's gRPC address, such as https://control.example:7463");
        }
        // The way in which gRPC is often written: a host and a port.
        string full = text.Contains("://", StringComparison.Ordinal) ? text : $"https://{text}";
        if (!Uri.TryCreate(full, UriKind.Absolute, out Uri? url) || url.Scheme is not ("http" or "https")
            || url.Host.Length == 0)
        {
            throw new FormatException($"the URL '{text}' is none: write https://HOST:PORT");
        }
        if (url.AbsolutePath != "/" || url.Query.Length > 0 || url.UserInfo.Length > 0)
            throw new FormatException($"the URL '{url.Host}:{url.Port}' must end behind the port and hold no password");
        if (url.Scheme == "http" && !allowsInsecure && !IsThisMachine(url))
        {
            throw new FormatException(
                $"the URL {url.GetLeftPart(UriPartial.Authority)} is without TLS and leads to another machine, so that "
                + "anybody between could read the token and what was captured: use https://, or allow insecure "
                + "connections where the network is trusted");
        }
        return url;
    }

    private static bool IsThisMachine(Uri url) =>
        url.IsLoopback
        || (IPAddress.TryParse(url.DnsSafeHost, out IPAddress? address) && IPAddress.IsLoopback(address));

    private static TimeSpan? Duration(string? text, string what) =>
        string.IsNullOrWhiteSpace(text) ? null : Durations.Parse(text, what);

    private static string Needed(DataSourceSettings source, string key, string what) =>
        Secret(source, key) ?? throw new FormatException($"the {what} is asked for and not there (secure field {key})");

    private static string? Secret(DataSourceSettings source, string key)
    {
        if (!source.Secrets.TryGetValue(key, out string? value) || string.IsNullOrWhiteSpace(value))
            return null;
        return value.Trim();
    }

    // A record would print its members, the token among them.
    private bool PrintMembers(StringBuilder text)
    {
        text.Append(Url);
        return true;
    }
}
