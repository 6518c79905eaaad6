using System.Collections.Immutable;

namespace SideEye.Spec.Model;

/// <summary>
/// Which fields and variables are secrets: those whose name contains a denied word, case and underscores aside, unless
/// the whole name is allowed.
/// </summary>
public sealed class RedactionRules
{
    private static readonly string[] DeniedAlways =
    [
        "password", "passwd", "secret", "token", "apikey", "authorization", "cookie", "credential", "privatekey",
        "passphrase", "accesskey", "sessionid", "sessionkey",
    ];

    private readonly ImmutableArray<string> denied;
    private readonly ImmutableHashSet<string> allowed;

    /// <summary>The built-in words and more.</summary>
    /// <param name="names">Words to deny besides the built-in ones.</param>
    /// <param name="allow">Whole names that are no secrets.</param>
    public RedactionRules(IEnumerable<string> names, IEnumerable<string> allow)
    {
        Names = [.. names];
        Allow = [.. allow];
        denied = [.. DeniedAlways, .. Names.Select(Normalise).Where(static name => name.Length > 0)];
        allowed = [.. Allow.Select(Normalise)];
    }

    /// <summary>The built-in words alone.</summary>
    public static RedactionRules Default { get; } = new([], []);

    /// <summary>Words that are denied besides the built-in ones, as written.</summary>
    public ImmutableArray<string> Names { get; }

    /// <summary>Whole names that are no secrets, as written.</summary>
    public ImmutableArray<string> Allow { get; }

    /// <summary>True when a field, variable or map key of this name is never copied out of a target.</summary>
    public bool IsSecret(string name)
    {
        string normal = Normalise(name);
        if (allowed.Contains(normal))
            return false;
        foreach (string word in denied)
        {
            if (normal.Contains(word, StringComparison.Ordinal))
                return true;
        }
        return false;
    }

    private static string Normalise(string name) =>
        name.Replace("_", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal).ToLowerInvariant();
}
