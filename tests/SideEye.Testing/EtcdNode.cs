using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;

namespace SideEye.Testing;

/// <summary>What a node of etcd says of itself.</summary>
/// <param name="Member">Its own member id.</param>
/// <param name="Leader">Member id of the leader it follows; 0 while there is none.</param>
/// <param name="RaftTerm">Grows with every election.</param>
public sealed record EtcdStatus(ulong Member, ulong Leader, ulong RaftTerm);

/// <summary>One running etcd, which ends with this object.</summary>
public sealed class EtcdNode : IAsyncDisposable
{
    private readonly Process process;
    private readonly Task<string> errors;

    internal EtcdNode(string executable, IReadOnlyList<string> arguments, Uri client)
    {
        ProcessStartInfo start = new(executable, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        process = Process.Start(start) ?? throw new InvalidOperationException($"cannot start {executable}");
        process.StandardInput.Close();
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        errors = process.StandardError.ReadToEndAsync();
        ProcessId = process.Id;
        Client = client;
    }

    /// <summary>Its process id.</summary>
    public int ProcessId { get; }

    /// <summary>Where it serves clients.</summary>
    public Uri Client { get; }

    /// <summary>Whether it has ended.</summary>
    public bool HasExited => process.HasExited;

    /// <summary>Asks the node for its view of the cluster.</summary>
    /// <exception cref="HttpRequestException">It does not answer.</exception>
    public async Task<EtcdStatus> StatusAsync(HttpClient http, CancellationToken cancellation = default)
    {
        using HttpResponseMessage answer = await http.PostAsJsonAsync(
            new Uri(Client, "v3/maintenance/status"), new Dictionary<string, string>(), cancellation);
        answer.EnsureSuccessStatusCode();
        JsonElement status = await answer.Content.ReadFromJsonAsync<JsonElement>(cancellation);
        return new EtcdStatus(
            Number(status.GetProperty("header"), "member_id"), Number(status, "leader"), Number(status, "raftTerm"));
    }

    /// <summary>Its warnings; complete only once it has ended.</summary>
    public Task<string> ErrorsAsync() => errors;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
            process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
    }

    /// <summary>The gateway writes 64-bit numbers as strings, and leaves out zeros.</summary>
    private static ulong Number(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value)
            ? ulong.Parse(value.GetString()!, CultureInfo.InvariantCulture) : 0;
}
