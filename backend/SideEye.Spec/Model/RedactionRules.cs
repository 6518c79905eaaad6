using System.Collections.Immutable;
using System.Text;

namespace SideEye.Spec.Model;

/// <summary>
/// Which fields and variables are secrets: those whose name contains a denied part, case and punctuation aside, or has
/// a denied word of its own, unless the whole name is allowed. Denying too much costs a value, denying too little a
/// secret; so <c>TokenBucket</c> is denied until a spec allows it.
/// </summary>
public sealed class RedactionRules
{
    private static readonly string[] DeniedParts =
    [
        "password", "passwd", "passphrase", "passcode", "pwd", "secret", "token", "authorization", "cookie",
        "credential", "apikey", "privatekey", "privkey", "accesskey", "signingkey", "encryptionkey", "masterkey",
        "sharedkey", "sessionkey", "sessionid", "hmackey", "bearer", "jwt", "csrf", "xsrf",
    ];


    /// <summary>The built-in words and more.</summary>
    /// <param name="names">Parts of names to deny besides the built-in ones.</param>
    /// <param name="allow">Whole names that are no secrets.</param>
    public RedactionRules(IEnumerable<string> names, IEnumerable<string> allow)
    {
        Names = [.. names];
        Allow = [.. allow];
        DeniedNames = [.. DeniedParts, .. Names.Select(Normalise).Where(static name => name.Length > 0)];
        AllowedNames = [.. Allow.Select(Normalise)];
    }

    /// <summary>The built-in words alone.</summary>
    public static RedactionRules Default { get; } = new([], []);

    /// <summary>Parts of names that are denied besides the built-in ones, as written.</summary>
    public ImmutableArray<string> Names { get; }

    /// <summary>Whole names that are no secrets, as written.</summary>
    public ImmutableArray<string> Allow { get; }

    /// <summary>Parts of names that are denied: small letters and digits alone.</summary>
    public ImmutableArray<string> DeniedNames { get; }

    /// <summary>Whole names that are no secrets, written like <see cref="DeniedNames"/>.</summary>
    public ImmutableHashSet<string> AllowedNames { get; }

    /// <summary>What is denied as a word of its own, in small letters: as parts they would deny author, authority and
    /// others.</summary>
    public static ImmutableArray<string> DeniedWords { get; } = ["auth", "otp"];

    /// <summary>True when a field, variable or map key of this name is never copied out of a target.</summary>
    public bool IsSecret(string name)
    {
        string normal = Normalise(name);
        if (AllowedNames.Contains(normal))
            return false;
        foreach (string part in DeniedNames)
        {
            if (normal.Contains(part, StringComparison.Ordinal))
                return true;
        }
        return HasDeniedWord(name);
    }

    private static bool HasDeniedWord(string name)
    {
        int start = 0;
        for (int i = 0; i <= name.Length; i++)
        {
            if (i < name.Length && !IsBoundary(name, i))
                continue;
            foreach (string word in DeniedWords)
            {
                if (name.AsSpan(start, i - start).Equals(word, StringComparison.OrdinalIgnoreCase))
                    return true;
            }
            start = i < name.Length && char.IsLetterOrDigit(name[i]) ? i : i + 1;
        }
        return false;
    }

    // Where a word ends: at punctuation, and where camel case starts the next: userAuth, HTTPAuth.
    private static bool IsBoundary(string name, int i)
    {
        if (!char.IsLetterOrDigit(name[i]))
            return true;
        if (i == 0 || !char.IsUpper(name[i]))
            return false;
        return !char.IsUpper(name[i - 1]) || (i + 1 < name.Length && char.IsLower(name[i + 1]));
    }

    private static string Normalise(string name)
    {
        StringBuilder normal = new(name.Length);
        foreach (char c in name)
        {
            if (char.IsLetterOrDigit(c))
                normal.Append(char.ToLowerInvariant(c));
        }
        return normal.ToString();
    }
}
