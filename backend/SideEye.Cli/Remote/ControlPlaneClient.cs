using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Serialization;
using SideEye.Cli.Output;
using SideEye.ControlPlane.Serving.Api;

namespace SideEye.Cli.Remote;

/// <summary>Calls a control plane's HTTP API. What goes wrong is a line for people.</summary>
internal sealed class ControlPlaneClient : IDisposable
{
    private const int ErrorBytesMax = 64 << 10;

    // A newer control plane may say more than we know.
    private static readonly JsonSerializerOptions Reading =
        new(ApiJson.Options) { UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip };

    private readonly Uri address;
    private readonly HttpClient http;

    private ControlPlaneClient(Uri address, HttpMessageHandler handler, string? token)
    {
        this.address = address;
        // How long a snapshot may take is the control plane's to say.
        http = new HttpClient(handler) { BaseAddress = address, Timeout = Timeout.InfiniteTimeSpan };
        if (token is not null)
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    /// <summary>A control plane at an address; nothing is dialled before the first call.</summary>
    /// <param name="url"><c>https://host:7463</c>; <c>http</c> only for this machine.</param>
    /// <param name="tokenFile">File with a token; null for none.</param>
    /// <param name="authorityFile">PEM file with authorities; null for those of the system.</param>
    /// <exception cref="CommandFailedException">Something of that cannot be used.</exception>
    public static ControlPlaneClient Open(string url, string? tokenFile, string? authorityFile)
    {
        if (!Uri.TryCreate(url.Contains("://", StringComparison.Ordinal) ? url : $"http://{url}", UriKind.Absolute,
            out Uri? address) || address.Scheme is not ("http" or "https") || address.AbsolutePath != "/")
        {
            throw new CommandFailedException(
                $"--server '{url}' is no address; write it as https://host:7463", ExitCode.WrongUsage);
        }
        if (address.Scheme == "http" && !address.IsLoopback && tokenFile is not null)
        {
            throw new CommandFailedException(
                $"the token would go to {address.Host} unencrypted; use https://", ExitCode.WrongUsage);
        }
        SocketsHttpHandler handler = new()
        {
            UseCookies = false, AllowAutoRedirect = false, ConnectTimeout = TimeSpan.FromSeconds(10),
            UseProxy = !address.IsLoopback,
        };
        try
        {
            if (authorityFile is not null)
                handler.SslOptions = Trusting(authorityFile);
            string? token = tokenFile is null ? null : File.ReadAllText(tokenFile).Trim();
            return new ControlPlaneClient(address, handler, token);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            handler.Dispose();
            throw new CommandFailedException(e.Message);
        }
    }

    /// <summary>Reads.</summary>
    /// <exception cref="CommandFailedException">It did not answer, or not as wanted.</exception>
    public Task<TAnswer> GetAsync<TAnswer>(string path, CancellationToken stop) =>
        AskAsync<TAnswer>(new HttpRequestMessage(HttpMethod.Get, path), stop);

    /// <summary>Sends a document.</summary>
    /// <exception cref="CommandFailedException">It did not answer, or not as wanted.</exception>
    public Task<TAnswer> SendAsync<TDocument, TAnswer>(
        HttpMethod method, string path, TDocument document, CancellationToken stop) =>
        AskAsync<TAnswer>(
            new HttpRequestMessage(method, path) { Content = JsonContent.Create(document, options: ApiJson.Options) },
            stop);

    /// <summary>Brings a file, which appears when it is complete.</summary>
    /// <exception cref="CommandFailedException">It did not answer, or the file cannot be written.</exception>
    public async Task DownloadAsync(string path, string file, CancellationToken stop)
    {
        string partial = file + ".partial";
        try
        {
            using HttpResponseMessage response =
                await CallAsync(new HttpRequestMessage(HttpMethod.Get, path), stop).ConfigureAwait(false);
            FileStream output = File.Create(partial);
            await using (output.ConfigureAwait(false))
                await response.Content.CopyToAsync(output, stop).ConfigureAwait(false);
            File.Move(partial, file, overwrite: true);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or UnauthorizedAccessException)
        {
            throw new CommandFailedException($"{file} cannot be brought from {address.Authority}: {e.Message}");
        }
        finally
        {
            File.Delete(partial);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => http.Dispose();

    private async Task<TAnswer> AskAsync<TAnswer>(HttpRequestMessage request, CancellationToken stop)
    {
        using HttpResponseMessage response = await CallAsync(request, stop).ConfigureAwait(false);
        try
        {
            return await response.Content.ReadFromJsonAsync<TAnswer>(Reading, stop).ConfigureAwait(false)
                ?? throw new JsonException("it is empty");
        }
        catch (Exception e) when (e is JsonException or HttpRequestException or IOException)
        {
            throw new CommandFailedException($"the answer of {address.Authority} cannot be read: {e.Message}");
        }
    }

    /// <summary>What answers is no TLS at all: SslStream has no word of its own for that.</summary>
    private static bool IsNoTls(HttpRequestException e) =>
        e.HttpRequestError == HttpRequestError.SecureConnectionError
        && e.InnerException is AuthenticationException { InnerException: null } refused
        && refused.Message.Contains("corrupted frame", StringComparison.Ordinal);

    private async Task<HttpResponseMessage> CallAsync(HttpRequestMessage request, CancellationToken stop)
    {
        HttpResponseMessage response;
        try
        {
            response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop)
                .ConfigureAwait(false);
        }
        catch (HttpRequestException e)
        {
            Exception cause = e;
            while (cause.InnerException is not null)
                cause = cause.InnerException;
            throw new CommandFailedException(
                $"the control plane at {address.Authority} cannot be reached: "
                + (IsNoTls(e) ? "it does not speak TLS there; is it http:// rather than https://?" : cause.Message));
        }
        if (response.IsSuccessStatusCode)
            return response;
        using (response)
            throw new CommandFailedException(await ReasonAsync(response, stop).ConfigureAwait(false));
    }

    private async Task<string> ReasonAsync(HttpResponseMessage response, CancellationToken stop)
    {
        Stream body = await response.Content.ReadAsStreamAsync(stop).ConfigureAwait(false);
        byte[] bytes = new byte[ErrorBytesMax];
        int length = await body.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, stop)
            .ConfigureAwait(false);
        try
        {
            ErrorAnswer? error = JsonSerializer.Deserialize<ErrorAnswer>(bytes.AsSpan(0, length), Reading);
            if (error?.Message is { Length: > 0 } message)
            {
                IEnumerable<string> places = (error.Problems ?? []).Select(
                    static one => $"{one.File}:{one.Line}:{one.Column}: {one.Message}");
                return PlainText.Clean(message) + string.Concat(places.Select(one => $"\n{PlainText.Clean(one)}"));
            }
        }
        catch (JsonException)
        {
            // Not one of our answers: the status is all there is.
        }
        return $"{address.Authority} answers {(int)response.StatusCode} {response.ReasonPhrase}: is it sideeye serve?";
    }

    private static SslClientAuthenticationOptions Trusting(string authorityFile)
    {
        X509ChainPolicy policy = new()
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck,
        };
        policy.CustomTrustStore.ImportFromPemFile(authorityFile);
        return new SslClientAuthenticationOptions { CertificateChainPolicy = policy };
    }

    private sealed record ErrorAnswer(string? Message, IReadOnlyList<ProblemAnswer>? Problems);
}
