using System.Net;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Microsoft.AspNetCore.Http;

namespace SideEye.ControlPlane.Serving.Gate;

/// <summary>Says of every request who makes it, and lets nobody pass who may not do what they ask for.</summary>
/// <param name="options">How the control plane was started.</param>
/// <param name="tokens">The tokens; null when there are none.</param>
/// <param name="isOnlyLocal">Whether we only listen for this machine.</param>
/// <param name="refusals">Logs who is refused.</param>
internal sealed class Gatekeeper(
    ControlPlaneOptions options, TokenFile? tokens, bool isOnlyLocal, RefusalLog refusals)
{
    /// <summary>Header with the name of the person for whom Grafana asks.</summary>
    public const string UserHeader = "X-Sideeye-User";

    /// <summary>Header with their role.</summary>
    public const string RoleHeader = "X-Sideeye-Role";

    private const string Scheme = "Bearer ";

    // Those without tokens and certificates are on this machine, or were let in by --insecure.
    private static readonly Admission Local = new(new Person("local", Role.Admin), SpeaksForOthers: false)
    {
        IsAnybody = true,
    };

    /// <summary>Passes a request on, or answers why not.</summary>
    public async Task GuardAsync(HttpContext context, RequestDelegate next)
    {
        Failure? failure;
        try
        {
            failure = Judge(context);
        }
        catch (RefusedException e)
        {
            failure = Failure.Of(e);
        }
        if (failure is null)
        {
            await next(context).ConfigureAwait(false);
            return;
        }
        if (failure.Grpc is StatusCode.Unauthenticated or StatusCode.PermissionDenied)
            refusals.Note(Plain(context.Connection.RemoteIpAddress), context.Request.Path.ToString(), failure.Message);
        await failure.WriteAsync(context).ConfigureAwait(false);
    }

    /// <summary>An address of IPv4 as people know it, not as a socket for both has it.</summary>
    private static IPAddress? Plain(IPAddress? address) =>
        address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address;

    private Failure? Judge(HttpContext context)
    {
        // Tokens are not sent by browsers of their own accord; certificates are.
        bool isAnybodyLocal = tokens is null && options.ClientAuthority is null && isOnlyLocal && !options.IsInsecure;
        if (context.Request.Headers.Authorization.Count == 0
            && BrowserGuard.Refusal(context.Request, isAnybodyLocal) is string reason)
        {
            return new Failure(StatusCode.PermissionDenied, StatusCodes.Status403Forbidden, reason);
        }
        Endpoint? endpoint = context.GetEndpoint();
        if (endpoint?.Metadata.GetMetadata<OpenToAll>() is not null)
            return null;
        if (Admit(context) is not Admission admission)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
            return new Failure(StatusCode.Unauthenticated, StatusCodes.Status401Unauthorized,
                "the control plane wants a token that it knows: send it as authorization: Bearer TOKEN");
        }
        // An endpoint that does not say who may use it is there for nobody.
        if (endpoint?.Metadata.GetMetadata<NeededRole>() is not { } needed)
            return Nothing(context, endpoint);
        Person person = PersonOf(context, admission);
        if (person.Role < needed.Role)
        {
            return new Failure(StatusCode.PermissionDenied, StatusCodes.Status403Forbidden,
                $"this needs the role {needed.Role}; {person.Name} is {person.Role}");
        }
        admission.NoteOn(context, person);
        return null;
    }

    /// <summary>Routing has endpoints of its own for requests that would fit but for their method or type.</summary>
    private static Failure Nothing(HttpContext context, Endpoint? endpoint) => endpoint?.DisplayName switch
    {
        "415 HTTP Unsupported Media Type" => new Failure(
            StatusCode.InvalidArgument, StatusCodes.Status415UnsupportedMediaType,
            "send the document with Content-Type: application/json"),
        "405 HTTP Method Not Supported" => new Failure(
            StatusCode.Unimplemented, StatusCodes.Status405MethodNotAllowed,
            $"{context.Request.Path} does not take {context.Request.Method}"),
        _ => new Failure(
            StatusCode.Unimplemented, StatusCodes.Status404NotFound,
            $"there is nothing at {context.Request.Method} {context.Request.Path}"),
    };

    private Admission? Admit(HttpContext context)
    {
        string header = context.Request.Headers.Authorization.ToString();
        bool hasToken = header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase);
        if (tokens is not null && hasToken)
        {
            return tokens.Find(header[Scheme.Length..].Trim()) is { } token
                ? new Admission(new Person(token.Name, token.Role), token.SpeaksForOthers) : null;
        }
        if (options.ClientAuthority is not null)
        {
            return context.Connection.ClientCertificate is { } shown
                ? new Admission(new Person(NameOf(shown), options.ClientRole), SpeaksForOthers: false) : null;
        }
        return tokens is null ? Local : null;
    }

    /// <summary>Over HTTP Grafana says in headers for whom it asks; in gRPC it is in the message.</summary>
    private Person PersonOf(HttpContext context, Admission admission) => admission.For(
        WebUtility.UrlDecode(Escaped(context.Request.Headers[UserHeader].ToString())),
        context.Request.Headers[RoleHeader].ToString(), options.Limits.NameCharactersMax);

    // In a percent-encoded text a plus is a plus.
    private static string Escaped(string text) => text.Replace("+", "%2B", StringComparison.Ordinal);

    private static string NameOf(X509Certificate2 certificate)
    {
        string name = certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false);
        return name.Length == 0 ? "certificate" : new string([.. name.Where(static one => !char.IsControl(one))]);
    }
}
