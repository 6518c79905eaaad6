using System.Collections.Immutable;

namespace SideEye.GoRuntime.Functions;

/// <summary>Finds what somebody may have meant by a name that does not exist.</summary>
public static class NearestNames
{
    private const int ComparedCharactersMax = 256;

    /// <summary>
    /// The names within an edit distance of a third of the name's length (insertion, deletion, replacement, exchange
    /// of neighbours; differences of case count nothing), nearest first, then by name.
    /// </summary>
    /// <param name="name">The name that was asked for.</param>
    /// <param name="candidates">The names that exist.</param>
    /// <param name="limit">Most names to return.</param>
    public static ImmutableArray<string> Of(string name, IEnumerable<string> candidates, int limit)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(candidates);
        int distanceMax = Math.Max(1, Math.Min(name.Length, ComparedCharactersMax) / 3);
        List<(int Distance, string Name)> near = [];
        string wanted = Cut(name);
        int[] rows = new int[3 * (ComparedCharactersMax + 1)];
        foreach (string candidate in candidates)
        {
            string each = Cut(candidate);
            if (Math.Abs(each.Length - wanted.Length) > distanceMax)
                continue;
            int distance = Distance(wanted, each, distanceMax, rows);
            if (distance <= distanceMax)
                near.Add((distance, candidate));
        }

        near.Sort((left, right) => left.Distance != right.Distance
            ? left.Distance.CompareTo(right.Distance)
            : string.CompareOrdinal(left.Name, right.Name));
        ImmutableArray<string>.Builder names = ImmutableArray.CreateBuilder<string>();
        for (int i = 0; i < near.Count && names.Count < limit; i++)
            names.Add(near[i].Name);
        return names.ToImmutable();
    }

    private static string Cut(string name) =>
        (name.Length > ComparedCharactersMax ? name[..ComparedCharactersMax] : name).ToLowerInvariant();

    /// <summary>Edits from one to the other (optimal string alignment), or more than the most once that is sure.
    /// </summary>
    private static int Distance(string left, string right, int distanceMax, int[] rows)
    {
        int width = right.Length + 1;
        Span<int> before = rows.AsSpan(0, width);
        Span<int> previous = rows.AsSpan(ComparedCharactersMax + 1, width);
        Span<int> current = rows.AsSpan(2 * (ComparedCharactersMax + 1), width);
        for (int j = 0; j < width; j++)
            previous[j] = j;
        for (int i = 1; i <= left.Length; i++)
        {
            current[0] = i;
            int least = i;
            for (int j = 1; j < width; j++)
            {
                int cost = left[i - 1] == right[j - 1] ? 0 : 1;
                int edits = Math.Min(Math.Min(previous[j], current[j - 1]) + 1, previous[j - 1] + cost);
                if (i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1])
                    edits = Math.Min(edits, before[j - 2] + 1);
                current[j] = edits;
                least = Math.Min(least, edits);
            }

            if (least > distanceMax)
                return least;
            Span<int> free = before;
            before = previous;
            previous = current;
            current = free;
        }

        return previous[width - 1];
    }
}
