using System.Collections.Immutable;

namespace SideEye.GoRuntime.Functions;

/// <summary>Which of many names somebody may have meant.</summary>
public static class NearestNames
{
    private const int NamesMax = 3;
    private const int LengthMax = 256;

    /// <summary>At most three names, best first: those that end in the name asked for, then those a few letters away.
    /// </summary>
    public static ImmutableArray<string> Find(string wanted, IEnumerable<string> names)
    {
        if (wanted.Length is 0 or > LengthMax)
            return [];
        int reach = Math.Max(1, wanted.Length / 3);
        List<(int Distance, string Name)> near = [];
        foreach (string name in names)
        {
            int distance = Distance(wanted, name, reach);
            if (distance <= reach)
                near.Add((distance, name));
        }
        near.Sort();
        return [.. near.Select(static one => one.Name).Distinct().Take(NamesMax)];
    }

    private static int Distance(string wanted, string name, int reach)
    {
        if (name.EndsWith(wanted, StringComparison.OrdinalIgnoreCase))
            return name.Length == wanted.Length ? 0 : 1;
        return Math.Abs(wanted.Length - name.Length) > reach || name.Length > LengthMax
            ? reach + 1 : Edits(wanted, name);
    }

    /// <summary>Levenshtein's distance, letter case aside.</summary>
    private static int Edits(string left, string right)
    {
        Span<int> row = stackalloc int[right.Length + 1];
        for (int j = 0; j < row.Length; j++)
            row[j] = j;
        for (int i = 1; i <= left.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= right.Length; j++)
            {
                bool same = char.ToLowerInvariant(left[i - 1]) == char.ToLowerInvariant(right[j - 1]);
                int cost = diagonal + (same ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(cost, Math.Min(row[j], row[j - 1]) + 1);
            }
        }
        return row[right.Length];
    }
}
