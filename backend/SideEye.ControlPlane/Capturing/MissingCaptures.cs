using SideEye.Spec.Model;
using SideEye.Store;
using SideEye.Store.Derivation;
using SideEye.Tables;

namespace SideEye.ControlPlane.Capturing;

/// <summary>What a spec captures and a snapshot file lacks: it was taken by another spec.</summary>
public static class MissingCaptures
{
    private const string Remedy = "the snapshot was taken without it, and deriving captures nothing: take a new one";

    /// <summary>Functions and columns that the file has no place for; none for those that are optional.</summary>
    /// <param name="spec">A merged spec.</param>
    /// <param name="reader">The file.</param>
    /// <param name="tables">Its function tables, by function (<see cref="SpecDerivations.TablesIn"/>).</param>
    /// <param name="stop">Cancels it.</param>
    /// <exception cref="StoreException">The file is damaged.</exception>
    public static IEnumerable<DerivationError> In(
        CaptureSpec spec, SnapshotReader reader, IReadOnlyDictionary<string, string> tables, CancellationToken stop)
    {
        Dictionary<string, HashSet<string>> columns = new(StringComparer.OrdinalIgnoreCase);
        foreach (SnapshotTable table in SnapshotTable.Of(reader, stop))
        {
            columns.TryAdd(table.Name, new HashSet<string>(
                table.Columns.Select(static column => column.Name), StringComparer.OrdinalIgnoreCase));
        }
        Dictionary<(string Table, string Column), string> expressions = ExpressionsIn(reader, columns, stop);
        foreach (FunctionSpec function in spec.Functions.Where(static function => !function.IsOptional))
        {
            string wanted = function.Table ?? function.Function;
            string table = SpecDerivations.TableOf(function, tables) ?? wanted;
            if (!columns.TryGetValue(table, out HashSet<string>? there))
            {
                yield return new DerivationError(
                    wanted, null, $"the file has no frames of {function.Function}: {Remedy}");
                continue;
            }
            if (function.Table is { } name && !string.Equals(name, table, StringComparison.OrdinalIgnoreCase))
            {
                yield return new DerivationError(name, null,
                    $"the file has the frames of {function.Function} as {table}, and deriving renames nothing: use "
                    + "that name, or take a new snapshot");
            }
            foreach (ExpressionSpec capture in function.Captures.Where(static capture => !capture.IsOptional))
            {
                string what = $"the file has no {capture.Text} of {function.Function}";
                if (!there.Contains(capture.Column))
                {
                    yield return new DerivationError(table, capture.Column, $"{what}: {Remedy}");
                }
                else if (expressions.GetValueOrDefault((table, capture.Column)) is { } other && !Means(capture, other))
                {
                    yield return new DerivationError(table, capture.Column,
                        $"{what}, its {capture.Column} is {other}: {Remedy}");
                }
            }
        }
    }

    private static bool Means(ExpressionSpec capture, string expression) =>
        capture.Text == expression || capture.Candidates.Any(one => one.ToString() == expression);

    /// <summary>What each column of the function tables was captured from.</summary>
    private static Dictionary<(string Table, string Column), string> ExpressionsIn(
        SnapshotReader reader, Dictionary<string, HashSet<string>> tables, CancellationToken stop)
    {
        Dictionary<(string, string), string> expressions = [];
        if (!tables.ContainsKey(CaptureSchema.FunctionTablesTable))
            return expressions;
        using QueryResult rows = reader.Query(
            $"SELECT table_name, column_name, expression FROM {CaptureSchema.FunctionTablesTable}", QueryLimits.None,
            stop);
        while (rows.Read())
            expressions.TryAdd((rows.GetText(0), rows.GetText(1)), rows.GetText(2));
        return expressions;
    }
}
