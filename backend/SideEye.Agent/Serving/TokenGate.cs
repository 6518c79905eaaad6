using System.Security.Cryptography;
using System.Text;
using SideEye.Agent.Options;

namespace SideEye.Agent.Serving;

/// <summary>Lets those pass who send the token; health is asked by probes that cannot send one.</summary>
internal sealed class TokenGate
{
    private const int TokenCharactersMin = 16;
    private const int TokenBytesMax = 4096;
    private const string Scheme = "Bearer ";
    private const UnixFileMode Others = UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
    private readonly byte[] expected;

    private TokenGate(string token) => expected = Hash(token);

    /// <summary>Reads the token from a file.</summary>
    /// <exception cref="AgentStartException">The file cannot be read, others may read it, or its token is too short to
    /// be one.</exception>
    public static TokenGate Read(string file)
    {
        try
        {
            if ((File.GetUnixFileMode(file) & Others) != 0)
            {
                throw new AgentStartException($"--token-file {file}: everybody on this machine may read or write it; "
                    + "say chmod 640 (of a Kubernetes secret: defaultMode: 0400)");
            }
            if (new FileInfo(file).Length > TokenBytesMax)
                throw new AgentStartException($"--token-file {file}: more than {TokenBytesMax} bytes is no token");
            string token = File.ReadAllText(file).Trim();
            return token.Length >= TokenCharactersMin
                ? new TokenGate(token)
                : throw new AgentStartException(
                    $"--token-file {file}: a token has at least {TokenCharactersMin} characters; "
                    + "make one with: openssl rand -hex 32");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new AgentStartException($"--token-file {file} cannot be read: {e.Message}");
        }
    }

    /// <summary>Passes a request on, or answers that it is not permitted.</summary>
    public async Task GuardAsync(HttpContext request, RequestDelegate next)
    {
        bool isHealth = request.Request.Path.StartsWithSegments("/grpc.health.v1.Health", StringComparison.Ordinal);
        if (isHealth || IsRight(request.Request.Headers.Authorization.ToString()))
        {
            await next(request).ConfigureAwait(false);
            return;
        }
        const string unauthenticated = "16";
        request.Response.ContentType = "application/grpc";
        bool isGrpc = request.Request.ContentType?.StartsWith("application/grpc", StringComparison.Ordinal) == true;
        request.Response.StatusCode = isGrpc ? StatusCodes.Status200OK : StatusCodes.Status401Unauthorized;
        request.Response.Headers["grpc-status"] = unauthenticated;
        request.Response.Headers["grpc-message"] =
            "this agent wants its token: send it as authorization: Bearer TOKEN";
    }

    // Hashes have one length, so the time that the comparison takes says nothing of the token.
    private bool IsRight(string header) =>
        header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
        && CryptographicOperations.FixedTimeEquals(Hash(header[Scheme.Length..].Trim()), expected);

    private static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));
}
