namespace SideEye.Grafana.Calls;

/// <summary>An HTTP request that Grafana passes on to the plugin.</summary>
public sealed record ResourceRequest
{
    /// <summary>The path below the data source's resources, without a slash in front.</summary>
    public required string Path { get; init; }

    /// <summary>GET, POST and so on.</summary>
    public required string Method { get; init; }

    /// <summary>The query string as it was encoded, with its question mark; empty for none.</summary>
    public string Query { get; init; } = "";

    /// <summary>Headers.</summary>
    public CallHeaders Headers { get; init; } = CallHeaders.None;

    /// <summary>The whole body.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }
}

/// <summary>Takes the answer to a <see cref="ResourceRequest"/>.</summary>
public interface IResourceReply
{
    /// <summary>Sends status and headers; once, before the body.</summary>
    /// <param name="status">100 to 999.</param>
    /// <param name="headers">Names and values.</param>
    Task StartAsync(int status, IReadOnlyDictionary<string, string> headers);

    /// <summary>Sends a part of the body, which reaches the browser at once.</summary>
    Task WriteAsync(ReadOnlyMemory<byte> part);
}

/// <summary>Answers requests of the plugin's own pages.</summary>
public interface IResourceHandler
{
    /// <summary>Answers one request.</summary>
    Task CallAsync(PluginCall call, ResourceRequest request, IResourceReply reply, CancellationToken stop);
}
