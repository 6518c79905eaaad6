using SideEye.Capture;
using SideEye.Cli.Snapshots;
using SideEye.ControlPlane.Capturing;
using SideEye.Probes.Plan;
using SideEye.Spec.Model;
using SideEye.Spec.Reading;
using SideEye.Store;
using SideEye.Store.Derivation;
using SideEye.Tables;

namespace SideEye.Cli.Specs;

/// <summary>
/// Checks the SQL of a spec: derives everything in a snapshot of the program without rows, which has all its tables and
/// columns. Without a program nobody knows its function tables: then what needs them is left alone.
/// </summary>
internal static class SpecSqlCheck
{
    private const string LinkPrefix = "link: ";

    // Over tables without rows only a machine with much else to do needs long.
    private static readonly DerivationLimits Patient =
        DerivationLimits.Default with { TimeMax = TimeSpan.FromMinutes(2) };

    /// <summary>What DuckDB says against extra columns, derived tables and links.</summary>
    /// <param name="spec">The merged spec.</param>
    /// <param name="plan">What it captures of a program; null when there is none.</param>
    /// <exception cref="StoreException">No file can be written in the folder for temporary ones.</exception>
    public static IEnumerable<SpecProblem> ProblemsOf(CaptureSpec spec, CapturePlan? plan)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("sideeye-check-");
        try
        {
            DerivationOutcome outcome = Derive(spec, plan, Path.Combine(folder.FullName, "empty.duckdb"));
            return
            [
                .. outcome.Errors.Where(error => plan is not null || !LacksTable(error))
                    .Select(error => ProblemOf(spec, error)).OfType<SpecProblem>(),
            ];
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static DerivationOutcome Derive(CaptureSpec spec, CapturePlan? plan, string path)
    {
        using SnapshotFile file = SnapshotFile.Create(path);
        SnapshotWriter writer = new(FileSink.Of(file), CaptureLimits.Default);
        if (plan is not null)
            writer.Declare(plan with { Tables = [.. Possible(plan.Tables)] });
        writer.Flush();
        file.Execute(SnapshotSchema.Views);
        return file.Derive(SpecDerivations.Of(spec), Patient, CancellationToken.None);
    }

    /// <summary>The tables without what names that are taken twice make impossible: that is said elsewhere, and the
    /// rest of the spec may be wrong too.</summary>
    private static IEnumerable<FunctionTable> Possible(IEnumerable<FunctionTable> tables)
    {
        HashSet<string> taken = new(BuiltInTables.Names, StringComparer.OrdinalIgnoreCase);
        foreach (FunctionTable table in tables.Where(table => taken.Add(table.Name)))
        {
            HashSet<string> names = new(
                CaptureSchema.Identity.Select(static each => each.Key), StringComparer.OrdinalIgnoreCase);
            yield return table with
            {
                Columns =
                [
                    .. table.Columns.Where(
                        column => names.Add(column.Name) && names.Add(CaptureSchema.RawPrefix + column.Name)),
                ],
            };
        }
    }

    private static SpecProblem? ProblemOf(CaptureSpec spec, DerivationError error)
    {
        SourcePosition? at = error.Column is not null
            ? spec.Functions.Where(function => (function.Table ?? function.Function) == error.Table)
                .SelectMany(static function => function.Columns)
                .FirstOrDefault(column => column.Name == error.Column)?.At
            : spec.Tables.FirstOrDefault(table => table.Name == error.Table)?.At
                ?? spec.Links.FirstOrDefault(link => error.Message.StartsWith(LinkPrefix, StringComparison.Ordinal)
                    && $"{link.From.Table} and {link.To.Table}" == error.Table)?.At;
        string subject = error.Column is null ? error.Table : $"{error.Table}.{error.Column}";
        return at is null ? null : new SpecProblem(at.Value, $"{subject}: {FirstLine(error.Message)}");
    }

    /// <summary>DuckDB looks for tables first: any other complaint is about SQL whose tables are all there.</summary>
    private static bool LacksTable(DerivationError error) =>
        error.Message.StartsWith("Catalog Error: Table with name ", StringComparison.Ordinal)
        || error.Message.StartsWith(LinkPrefix + "there is no table ", StringComparison.Ordinal);

    // DuckDB shows the place in the query on lines of its own.
    private static string FirstLine(string message)
    {
        int end = message.IndexOf("\n\n", StringComparison.Ordinal);
        return (end < 0 ? message : message[..end]).ReplaceLineEndings(" ");
    }
}
