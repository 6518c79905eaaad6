using SideEye.Spec.Model;
using SideEye.Store;
using SideEye.Store.Derivation;

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
            foreach (ExpressionSpec capture in function.Captures)
            {
                if (!capture.IsOptional && !there.Contains(capture.Column))
                {
                    yield return new DerivationError(
                        table, capture.Column, $"the file has no {capture.Text} of {function.Function}: {Remedy}");
                }
            }
        }
    }
}
