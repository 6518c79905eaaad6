using System.Text.Json;
using System.Text.Json.Serialization;

namespace SideEye.EndToEnd.Tests;

/// <summary>One end of an HTTP/2 request or gRPC call, as the target itself sees it (targets h2 and streams).</summary>
internal sealed record StreamEnd
{
    /// <summary>grpc, h2c or taken; of the target h2 that of the request, such as HTTP/2.0.</summary>
    public string Protocol { get; init; } = "";

    /// <summary>client or server.</summary>
    public required string Side { get; init; }

    /// <summary>Of gRPC: what kind of call, or what the client is about.</summary>
    public string Kind { get; init; } = "";

    /// <summary>What a client of HTTP waits for.</summary>
    [JsonPropertyName("waits_for")]
    public string WaitsFor { get; init; } = "";

    public string Method { get; init; } = "";

    public string Scheme { get; init; } = "";

    public string Host { get; init; } = "";

    public required string Path { get; init; }

    [JsonPropertyName("local_addr")]
    public required string LocalAddress { get; init; }

    [JsonPropertyName("remote_addr")]
    public required string RemoteAddress { get; init; }

    [JsonPropertyName("stream_id")]
    public required long StreamId { get; init; }

    /// <summary>Microseconds of Unix time; 0 where the program does not know.</summary>
    public long Started { get; init; }

    public int Status { get; init; }

    [JsonPropertyName("written_bytes")]
    public long WrittenBytes { get; init; }

    [JsonPropertyName("is_cancelled")]
    public bool IsCancelled { get; init; }

    /// <summary>What is in flight in a target.</summary>
    public static async Task<StreamEnd[]> AllAsync(GoTarget target) =>
        JsonSerializer.Deserialize<StreamEnd[]>(await target.AskAsync("inflight"), JsonSerializerOptions.Web)!;
}
