using System.Globalization;
using Microsoft.AspNetCore.Builder;

namespace SideEye.ControlPlane.Serving.Api;

/// <summary>What all endpoints share: the role that they need, and how they read what was sent.</summary>
internal static class ApiRoutes
{
    /// <summary>Says which role an endpoint needs.</summary>
    public static TBuilder Needs<TBuilder>(this TBuilder endpoint, Role role)
        where TBuilder : IEndpointConventionBuilder
    {
        endpoint.Add(builder => builder.Metadata.Add(new NeededRole(role)));
        return endpoint;
    }

    /// <summary>How many entries of a list are wanted.</summary>
    /// <exception cref="ApiException">No number of entries.</exception>
    public static int Count(int? limit, ApiLimits limits) => limit switch
    {
        null => limits.ListDefault,
        < 1 => throw ApiException.BadRequest($"limit is {limit}; at least 1"),
        int wanted => Math.Min(wanted, limits.ListMax),
    };

    /// <summary>A time as requests write it: ISO 8601 with an offset.</summary>
    /// <exception cref="ApiException">It is none.</exception>
    public static DateTimeOffset? Time(string name, string? text)
    {
        if (string.IsNullOrEmpty(text))
            return null;
        return DateTimeOffset.TryParse(
            text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
            out DateTimeOffset time)
            ? time
            : throw ApiException.BadRequest($"{name} is no time; write it as 2026-01-31T12:00:00Z");
    }

    /// <summary>A name that was sent; null when there is none.</summary>
    /// <exception cref="ApiException">It is too long.</exception>
    public static string? Name(string what, string? text, ApiLimits limits)
    {
        if (string.IsNullOrEmpty(text))
            return null;
        return text.Length <= limits.NameCharactersMax
            ? text
            : throw ApiException.BadRequest($"{what} has {text.Length} characters; at most "
                + limits.NameCharactersMax.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>A name that has to be sent.</summary>
    /// <exception cref="ApiException">There is none, or it is too long.</exception>
    public static string Required(string what, string? text, ApiLimits limits) =>
        Name(what, text, limits) ?? throw ApiException.BadRequest($"{what} is missing");
}
