using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;
using SideEye.ControlPlane.Agents;

namespace SideEye.ControlPlane.Serving.Gate;

/// <summary>
/// The tokens of a file, a line <c>ROLE NAME TOKEN</c> for each. A file that changes is read again; one that has become
/// unusable leaves those that were read before.
/// </summary>
internal sealed partial class TokenFile
{
    private const UnixFileMode Others = UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
    private readonly string path;
    private readonly ServingLimits limits;
    private readonly ILogger log;
    private readonly Lock gate = new();
    private ImmutableArray<AccessToken> tokens;
    private FileStamp stamp;

    private TokenFile(string path, ServingLimits limits, ILogger log)
    {
        this.path = path;
        this.limits = limits;
        this.log = log;
        using SafeFileHandle file = Open();
        stamp = FileStamp.Of(file);
        tokens = ReadAll(file);
    }

    /// <summary>What is wrong with the file now; null when nothing is.</summary>
    public string? Problem { get; private set; }

    /// <summary>Reads the tokens.</summary>
    /// <exception cref="ControlPlaneStartException">The file cannot be used.</exception>
    public static TokenFile Read(string path, ServingLimits limits, ILogger log)
    {
        try
        {
            return new TokenFile(path, limits, log);
        }
        catch (Exception e) when (e is FormatException or IOException or UnauthorizedAccessException)
        {
            throw new ControlPlaneStartException($"--token-file {path}: {e.Message}", e);
        }
    }

    /// <summary>The token that somebody shows; null when it is none of ours. How long this takes says nothing of ours.
    /// </summary>
    public AccessToken? Find(string shown)
    {
        byte[] hash = Hash(shown);
        AccessToken? found = null;
        foreach (AccessToken token in Current())
        {
            if (CryptographicOperations.FixedTimeEquals(token.Hash, hash))
                found = token;
        }
        return found;
    }

    private ImmutableArray<AccessToken> Current()
    {
        lock (gate)
        {
            try
            {
                using SafeFileHandle file = Open();
                FileStamp now = FileStamp.Of(file);
                if (now == stamp)
                    return tokens;
                stamp = now;
                tokens = ReadAll(file);
                Problem = null;
                Renewed(log, path, tokens.Length);
            }
            catch (Exception e) when (e is FormatException or IOException or UnauthorizedAccessException)
            {
                string problem = $"the token file {path} cannot be used, the tokens from before stay: {e.Message}";
                if (problem != Problem)
                    Unusable(log, problem);
                Problem = problem;
            }
            return tokens;
        }
    }

    private SafeFileHandle Open() => File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);

    private ImmutableArray<AccessToken> ReadAll(SafeFileHandle file)
    {
        if (OperatingSystem.IsLinux() && (File.GetUnixFileMode(file) & Others) != 0)
        {
            throw new FormatException(
                $"everybody on this machine may read or write it; say chmod 640 (of a Kubernetes secret: "
                + "defaultMode: 0440)");
        }
        long length = RandomAccess.GetLength(file);
        if (length > limits.TokenFileBytesMax)
            throw new FormatException($"it has {length} bytes, more than {limits.TokenFileBytesMax}");
        byte[] bytes = new byte[length];
        int read = RandomAccess.Read(file, bytes, 0);
        string[] lines = Encoding.UTF8.GetString(bytes, 0, read).Split('\n');
        ImmutableArray<AccessToken>.Builder all = ImmutableArray.CreateBuilder<AccessToken>();
        for (int i = 0; i < lines.Length; i++)
        {
            string line = lines[i].Trim();
            if (line.Length > 0 && line[0] != '#')
                all.Add(Parse(line, i + 1));
        }
        if (all.Count == 0)
            throw new FormatException("it holds no token; write lines ROLE NAME TOKEN, as in: admin ann $TOKEN");
        if (all.DistinctBy(static one => Convert.ToHexString(one.Hash)).Count() < all.Count)
            throw new FormatException("two lines have the same token");
        return all.ToImmutable();
    }

    // A line is never shown: a token may stand anywhere in it.
    private AccessToken Parse(string line, int number)
    {
        string[] words = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (words.Length != 3)
            throw new FormatException($"line {number} is not ROLE NAME TOKEN");
        (Role Role, bool SpeaksForOthers) may = words[0] switch
        {
            "viewer" or "grafana" => (Role.Viewer, words[0] == "grafana"),
            "editor" => (Role.Editor, false),
            "admin" => (Role.Admin, false),
            _ => throw new FormatException($"line {number}: the role is not viewer, editor, admin or grafana"),
        };
        if (!NameText().IsMatch(words[1]))
        {
            throw new FormatException(
                $"line {number}: a name has 1 to 64 letters, digits, dots, dashes, underscores or @");
        }
        if (words[2].Length < limits.TokenCharactersMin)
        {
            throw new FormatException($"line {number}: a token has at least {limits.TokenCharactersMin} characters; "
                + "make one with: openssl rand -hex 32");
        }
        return new AccessToken(words[1], may.Role, may.SpeaksForOthers, Hash(words[2]));
    }

    private static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));

    [GeneratedRegex(@"^[A-Za-z0-9._@-]{1,64}$")]
    private static partial Regex NameText();

    [LoggerMessage(LogLevel.Information, "the token file {path} was read again: {count} tokens")]
    private static partial void Renewed(ILogger log, string path, int count);

    [LoggerMessage(LogLevel.Error, "{problem}")]
    private static partial void Unusable(ILogger log, string problem);
}
