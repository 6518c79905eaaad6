using System.Text.Json.Serialization;

namespace SideEye.Plugin.Settings;

/// <summary>The settings of a data source as its editor and provisioning files write them (jsonData).</summary>
internal sealed record SettingsDocument
{
    /// <summary>The control plane's gRPC address, such as https://control:7463.</summary>
    public string? Url { get; init; }

    /// <summary>Whether the certificate is checked against our own authority (secret tlsCACert).</summary>
    public bool TlsAuthWithCACert { get; init; }

    /// <summary>Whether we show a certificate (secrets tlsClientCert and tlsClientKey).</summary>
    public bool TlsAuth { get; init; }

    /// <summary>Whether the certificate is not checked at all.</summary>
    public bool TlsSkipVerify { get; init; }

    /// <summary>The name in the certificate, where it is not the address's.</summary>
    public string? ServerName { get; init; }

    /// <summary>Whether http:// is taken for other machines than this one.</summary>
    public bool AllowInsecure { get; init; }

    /// <summary>How old a snapshot may be unless the query says so, such as 10s.</summary>
    public string? DefaultMaxAge { get; init; }

    /// <summary>How long a panel waits for a snapshot before it takes the one before, such as 5s.</summary>
    public string? WaitMax { get; init; }

    /// <summary>The program of queries that name none.</summary>
    public string? DefaultProgram { get; init; }

    /// <summary>The environment of queries that name none.</summary>
    public string? DefaultEnvironment { get; init; }
}

/// <summary>How settings and queries are read: source-generated, since nothing may be reflected upon.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    PropertyNameCaseInsensitive = true,
    NumberHandling = JsonNumberHandling.AllowReadingFromString,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    AllowDuplicateProperties = false,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(SettingsDocument))]
[JsonSerializable(typeof(Queries.QueryDocument))]
internal sealed partial class DocumentJsonContext : JsonSerializerContext;
