using System.Collections.Immutable;
using System.Text;

namespace SideEye.GoRuntime.Functions;

/// <summary>Finds functions while their name is being typed.</summary>
internal static class FunctionSearch
{
    private const byte Wildcard = (byte)'*';

    public static ImmutableArray<string> Find(FunctionIndex index, string pattern, int limit)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        if (limit <= 0)
            return [];
        byte[] wanted = Lower(pattern);
        byte[][] parts = Parts(wanted);
        List<(int Rank, int Length, int Function)> found = [];
        if (parts.Length == 0)
            AddAll(index, found);
        else
            AddMatches(index, parts, wanted, found);
        found.Sort();
        ImmutableArray<string>.Builder names = ImmutableArray.CreateBuilder<string>(Math.Min(limit, found.Count));
        for (int i = 0; i < found.Count && i < limit; i++)
            names.Add(index.Name(found[i].Function));
        return names.ToImmutable();
    }

    private static void AddAll(FunctionIndex index, List<(int Rank, int Length, int Function)> found)
    {
        for (int i = 0; i < index.Count; i++)
            found.Add((0, 0, i));
    }

    // One search runs over all names at once for the longest part; names that have it are then looked at whole.
    private static void AddMatches(
        FunctionIndex index, byte[][] parts, byte[] wanted, List<(int Rank, int Length, int Function)> found)
    {
        byte[] rarest = parts[0];
        foreach (byte[] part in parts)
            rarest = part.Length > rarest.Length ? part : rarest;
        ReadOnlySpan<byte> names = index.LowerNames;
        int from = 0;
        while (from < names.Length)
        {
            int hit = names[from..].IndexOf(rarest);
            if (hit < 0)
                return;
            int function = index.FunctionAt(from + hit);
            int start = index.NameStart(function);
            int length = index.NameUtf8(function).Length;
            ReadOnlySpan<byte> name = names.Slice(start, length);
            if (Match(name, parts) is var at && at >= 0)
                found.Add((Rank(name, wanted, at), length, function));
            from = start + length + 1;
        }
    }

    /// <summary>Where the first part is when all parts follow one another in the name; else -1.</summary>
    private static int Match(ReadOnlySpan<byte> name, byte[][] parts)
    {
        int first = -1;
        int from = 0;
        foreach (byte[] part in parts)
        {
            int at = name[from..].IndexOf(part);
            if (at < 0)
                return -1;
            first = first < 0 ? from + at : first;
            from += at + part.Length;
        }

        return first;
    }

    private static int Rank(ReadOnlySpan<byte> name, byte[] wanted, int at)
    {
        if (name.SequenceEqual(wanted))
            return 0;
        int slash = name.LastIndexOf((byte)'/');
        if (name[(slash + 1)..].SequenceEqual(wanted))
            return 1;
        bool startsWord = at == 0 || !IsWord(name[at - 1]);
        bool endsName = name.EndsWith(wanted);
        return (startsWord, endsName) switch
        {
            (true, true) => 2,
            (true, false) => 3,
            (false, true) => 4,
            _ => 5,
        };
    }

    private static bool IsWord(byte character) =>
        char.IsAsciiLetterOrDigit((char)character) || character is (byte)'_' or > 0x7f;

    private static byte[] Lower(string pattern)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(pattern.Replace(GenericName.Ellipsis, "[*]", StringComparison.Ordinal));
        for (int i = 0; i < utf8.Length; i++)
            utf8[i] = utf8[i] is >= (byte)'A' and <= (byte)'Z' ? (byte)(utf8[i] | 0x20) : utf8[i];
        return utf8;
    }

    private static byte[][] Parts(byte[] wanted)
    {
        List<byte[]> parts = [];
        int start = 0;
        for (int i = 0; i <= wanted.Length; i++)
        {
            if (i < wanted.Length && wanted[i] != Wildcard)
                continue;
            // A newline is in no name, and would match the ends of all.
            if (i > start)
                parts.Add(wanted[start..i]);
            start = i + 1;
        }

        return [.. parts];
    }
}
