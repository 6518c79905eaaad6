using SideEye.Grafana.Frames;

namespace SideEye.Grafana.Calls;

/// <summary>A live channel of a data source.</summary>
/// <param name="Path">What is behind ds/UID/ in its name.</param>
/// <param name="Json">What the browser sent along; may be empty.</param>
public sealed record StreamRequest(string Path, ReadOnlyMemory<byte> Json);

/// <summary>Whether somebody may follow a channel.</summary>
public enum Subscription
{
    /// <summary>Yes.</summary>
    Accepted,

    /// <summary>There is no such channel.</summary>
    NotFound,

    /// <summary>Not for them.</summary>
    Denied,
}

/// <summary>Feeds live channels.</summary>
public interface IStreamHandler
{
    /// <summary>Whether somebody may follow a channel, and the frame they begin with; null for none.</summary>
    Task<(Subscription Answer, DataFrame? Initial)> SubscribeAsync(
        PluginCall call, StreamRequest request, CancellationToken stop);

    /// <summary>What a channel brings, until nobody follows it: ends only by <paramref name="stop"/>.</summary>
    IAsyncEnumerable<DataFrame> RunAsync(PluginCall call, StreamRequest request, CancellationToken stop);
}
