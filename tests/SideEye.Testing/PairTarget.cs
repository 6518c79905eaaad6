namespace SideEye.Testing;

/// <summary>
/// The test program `pair`, both processes of it: calls of the front desk wait for handlers of the back room, which
/// wait for a lock that a background job holds. It stays like that.
/// </summary>
public sealed class PairTarget : IAsyncDisposable
{
    private const string Listening = "listening ";

    private PairTarget(GoTarget backRoom, GoTarget frontDesk) => (BackRoom, FrontDesk) = (backRoom, frontDesk);

    /// <summary>The spec that captures both sides.</summary>
    public static string SpecPath => Repository.PathOf("tests", "targets", "pair", "spec.yaml");

    /// <summary>Serves main.(*server).GetInfo and runs main.(*server).processClient.</summary>
    public GoTarget BackRoom { get; }

    /// <summary>Calls: main.(*desk).callGetInfo.</summary>
    public GoTarget FrontDesk { get; }

    /// <summary>Builds and starts both, and waits until calls are stuck.</summary>
    /// <param name="goVersion">One of <see cref="Toolchains.Versions"/>; null for the newest.</param>
    /// <param name="calls">Calls made, 100 ms apart: the first and every third are for the client with the job, and
    /// stuck; the others are answered.</param>
    /// <exception cref="InvalidOperationException">It does not build, or does not come to that.</exception>
    public static async Task<PairTarget> StartAsync(string? goVersion = null, int calls = 6)
    {
        var fixture = new GoFixture("pair", goVersion ?? Toolchains.Newest);
        var backRoom = await GoTarget.StartAsync(fixture, "-role", "backroom");
        try
        {
            var address = backRoom.Greeting[0][Listening.Length..];
            var frontDesk = await GoTarget.StartAsync(
                fixture, "-role", "frontdesk", "-backroom", address, "-calls", $"{calls}");
            return new PairTarget(backRoom, frontDesk);
        }
        catch
        {
            await backRoom.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await FrontDesk.DisposeAsync();
        await BackRoom.DisposeAsync();
    }
}
