namespace SideEye.Spec.Reading;

/// <summary>Which of the possible names a misspelt one was meant to be.</summary>
public static class NearestName
{
    private const int NamesListedMax = 12;
    private const int CharactersMax = 200;

    /// <summary>The nearest name, or null when none is near.</summary>
    public static string? Find(string misspelt, IEnumerable<string> possible)
    {
        string? best = null;
        int least = Math.Max(1, Math.Min(3, misspelt.Length / 3)) + 1;
        foreach (string name in possible)
        {
            int distance = Distance(misspelt, name, least);
            if (distance >= least)
                continue;
            least = distance;
            best = name;
        }
        return best;
    }

    /// <summary>The end of a message: the nearest name, or those that there are when they are few; with a semicolon in
    /// front, empty when there is nothing to say.</summary>
    public static string Hint(string misspelt, IReadOnlyCollection<string> possible)
    {
        if (Find(misspelt, possible) is string nearest)
            return $"; did you mean '{nearest}'?";
        return possible.Count is 0 or > NamesListedMax ? "" : $"; possible: {string.Join(", ", possible)}";
    }

    // Damerau-Levenshtein with adjacent transpositions, case aside: captrue is one step from capture.
    private static int Distance(string a, string b, int give)
    {
        if (Math.Abs(a.Length - b.Length) >= give || a.Length > CharactersMax || b.Length > CharactersMax)
            return give;
        int[,] cost = new int[a.Length + 1, b.Length + 1];
        for (int i = 0; i <= a.Length; i++)
            cost[i, 0] = i;
        for (int j = 0; j <= b.Length; j++)
            cost[0, j] = j;
        for (int i = 1; i <= a.Length; i++)
        {
            for (int j = 1; j <= b.Length; j++)
            {
                int change = IsSame(a[i - 1], b[j - 1]) ? 0 : 1;
                int best = Math.Min(Math.Min(cost[i - 1, j], cost[i, j - 1]) + 1, cost[i - 1, j - 1] + change);
                if (i > 1 && j > 1 && IsSame(a[i - 1], b[j - 2]) && IsSame(a[i - 2], b[j - 1]))
                    best = Math.Min(best, cost[i - 2, j - 2] + 1);
                cost[i, j] = best;
            }
        }
        return cost[a.Length, b.Length];
    }

    private static bool IsSame(char a, char b) => char.ToLowerInvariant(a) == char.ToLowerInvariant(b);
}
