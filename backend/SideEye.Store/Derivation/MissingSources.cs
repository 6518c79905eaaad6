using System.Collections.Concurrent;
using System.Text.RegularExpressions;

namespace SideEye.Store.Derivation;

/// <summary>
/// Which table a statement did not find when it was last tried, in whichever file: while that one is not there either,
/// the statement need not be tried again. Most programs have the functions of few packs, and each of the others would
/// cost milliseconds in every snapshot. For any number of threads.
/// </summary>
internal sealed partial class MissingSources
{
    private const int StatementsMax = 1_024;
    private const int CharactersMax = 8_192;

    private readonly ConcurrentDictionary<string, string> tableByStatement = new(StringComparer.Ordinal);

    /// <summary>What was learnt in this process.</summary>
    public static MissingSources Known { get; } = new();

    /// <summary>Takes note of why a statement failed.</summary>
    public void Note(string select, StoreException failure)
    {
        if (select.Length > CharactersMax || MissingTable().Match(failure.Message) is not { Success: true } found)
            return;
        if (tableByStatement.Count >= StatementsMax)
            tableByStatement.Clear();
        tableByStatement[select] = found.Groups[1].Value;
    }

    /// <summary>Whether a statement is known to look for a table that the file does not have.</summary>
    public bool IsMissing(string select, StoredTables stored) =>
        tableByStatement.TryGetValue(select, out string? table) && !stored.Has(table);

    [GeneratedRegex("^Catalog Error: Table with name (.+) does not exist!")]
    private static partial Regex MissingTable();
}
