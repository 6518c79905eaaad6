using System.Text.RegularExpressions;
using Apache.Arrow;
using Apache.Arrow.Types;
using SideEye.Protocol;
using SideEye.Protocol.Agent;
using SideEye.Spec.Reading;
using SideEye.Store;
using SideEye.Tables;

namespace SideEye.ControlPlane.Capturing;

/// <summary>
/// The rows of one agent. When it has not delivered all, nothing remains of them: what tells whose it is, is in the
/// snapshot's tables at once and can be removed again; the rest is in tables of its own until then. Where there is one
/// agent only, nothing comes together with anything, and all is in the snapshot's tables at once. What an agent sends
/// may be anything.
/// </summary>
/// <param name="file">Gives the snapshot's file once it is begun; whoever calls holds it alone.</param>
/// <param name="number">Of the agent in this snapshot, from 0.</param>
/// <param name="isOnly">Whether there are no other agents in this snapshot.</param>
/// <param name="limits">What may come.</param>
internal sealed partial class AgentRows(Func<SnapshotFile> file, int number, bool isOnly, CapturingLimits limits)
{
    private const string ProcessId = "process_id";

    private readonly Dictionary<string, string> staged = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> direct = new(StringComparer.OrdinalIgnoreCase);
    private long bytes;

    /// <summary>The first of the agent's process ids.</summary>
    public int FirstProcessId => 1 + (number * limits.ProcessesPerAgentMax);

    private SnapshotFile File => file();

    private int LastProcessId => FirstProcessId + limits.ProcessesPerAgentMax - 1;

    /// <summary>Takes a message's rows.</summary>
    /// <exception cref="AgentFailedException">They are not what an agent may send.</exception>
    /// <exception cref="StoreException">The file cannot be written.</exception>
    public void Append(Batch batch)
    {
        bytes += batch.Arrow.Length;
        if (bytes > limits.AgentBytesMax)
            throw new AgentFailedException($"it sent more than {limits.AgentBytesMax >> 20} MB of rows");
        IReadOnlyList<RecordBatch> rows;
        Schema schema;
        try
        {
            rows = ArrowRows.Decode(batch.Arrow, out schema);
        }
        catch (InvalidDataException e)
        {
            throw new AgentFailedException($"rows of its table {Shown(batch.Table)} cannot be read: {e.Message}", e);
        }
        try
        {
            string table = Stage(batch.Table, schema);
            foreach (RecordBatch some in rows)
            {
                CheckRows(batch.Table, some);
                File.Append(table, some);
            }
        }
        catch (ArgumentException e)
        {
            throw new AgentFailedException($"rows of its table {Shown(batch.Table)} do not fit: {e.Message}", e);
        }
        finally
        {
            foreach (RecordBatch some in rows)
                some.Dispose();
        }
    }

    /// <summary>All has come: the rows join those of the others.</summary>
    /// <exception cref="StoreException">The file cannot be written.</exception>
    public void Join()
    {
        foreach ((string table, string own) in staged)
        {
            foreach ((string column, string type) in File.MoveRows(own, table, OnlyIf(table, own)))
                NoteType(table, column, type);
        }
        staged.Clear();
    }

    /// <summary>Nothing of what came remains.</summary>
    public void Discard()
    {
        foreach (string own in staged.Values)
            File.Drop(own);
        staged.Clear();
        foreach (string table in direct)
        {
            File.Execute(isOnly ? $"DELETE FROM {SqlText.Name(table)}" : $"DELETE FROM {SqlText.Name(table)} "
                + $"WHERE process_id BETWEEN {FirstProcessId} AND {LastProcessId}");
        }
        direct.Clear();
    }

    private string Stage(string table, Schema schema)
    {
        if (staged.TryGetValue(table, out string? own))
            return own;
        if (direct.Contains(table))
            return table;
        Check(table, schema);
        bool isBuiltIn = BuiltIn(table) is not null;
        if (isBuiltIn && (isOnly || HasProcess(schema)))
        {
            direct.Add(table);
            return table;
        }
        int builtIn = SnapshotSchema.Tables.Length + CaptureSchema.Tables.Length;
        if (staged.Count + direct.Count >= limits.TablesMax + builtIn)
            throw new AgentFailedException($"it sent more than {limits.TablesMax} function tables");
        own = isOnly ? table : $"agent{number} {table}";
        File.CreateTable(own, schema);
        if (isOnly)
            direct.Add(table);
        else
            staged.Add(table, own);
        return own;
    }

    private void Check(string table, Schema schema)
    {
        if (!TableName().IsMatch(table) || table == SnapshotSchema.SnapshotsTable)
            throw new AgentFailedException($"{Shown(table)} is not the name of a table that an agent sends");
        if (BuiltIn(table) is Schema known)
        {
            if (!Same(known.FieldsList, schema.FieldsList))
                throw new AgentFailedException($"its table {table} has other columns: is it of another version?");
            return;
        }
        if (BuiltInTables.Names.Contains(table))
            throw new AgentFailedException($"{Shown(table)} is the name of a table of ours, and has other columns");
        if (schema.FieldsList.Count > limits.ColumnsMax)
            throw new AgentFailedException($"its table {table} has more than {limits.ColumnsMax} columns");
        if (!Same(CaptureSchema.FunctionTable("", []).FieldsList, [.. schema.FieldsList.Take(3)]))
            throw new AgentFailedException($"its table {table} does not say whose its rows are");
    }

    /// <summary>Every row is of one of the agent's processes, and says what it has to say.</summary>
    private void CheckRows(string table, RecordBatch rows)
    {
        IReadOnlyList<Field> fields = (BuiltIn(table) ?? rows.Schema).FieldsList;
        for (int i = 0; i < fields.Count && i < rows.ColumnCount; i++)
        {
            if (!fields[i].IsNullable && rows.Column(i).NullCount > 0)
                throw new AgentFailedException($"rows of its table {table} lack {fields[i].Name}");
        }
        if (HasProcess(rows.Schema) && rows.Column(ProcessId) is Int32Array ids
            && ids.Values.ContainsAnyExceptInRange(FirstProcessId, LastProcessId))
        {
            throw new AgentFailedException($"rows of its table {table} are of processes that it does not have");
        }
    }

    private static bool HasProcess(Schema schema) =>
        schema.FieldsList.Any(static field => field is { Name: ProcessId, DataType.TypeId: ArrowTypeId.Int32 });

    // One stack of one binary has one id wherever it was seen; one binary has one set of captured columns.
    private static string? OnlyIf(string table, string own) => table switch
    {
        SnapshotSchema.StackFramesTable => $"stack_id NOT IN (SELECT stack_id FROM {table})",
        CaptureSchema.FunctionTablesTable =>
            $"(table_name, column_name, function, expression) NOT IN "
            + $"(SELECT (table_name, column_name, function, expression) FROM {table})",
        _ => null,
    };

    private void NoteType(string table, string column, string type) => File.Execute(
        $"UPDATE {CaptureSchema.FunctionTablesTable} SET column_type = {SqlText.Literal(type)} "
        + $"WHERE table_name = {SqlText.Literal(table)} AND column_name = {SqlText.Literal(column)}");

    private static Schema? BuiltIn(string table)
    {
        foreach ((string name, Schema schema) in SnapshotSchema.Tables.Concat(CaptureSchema.Tables))
        {
            if (name == table)
                return schema;
        }
        return null;
    }

    private static bool Same(IReadOnlyList<Field> ours, IReadOnlyList<Field> theirs) =>
        ours.Count == theirs.Count && ours.Zip(theirs).All(static pair =>
            pair.First.Name == pair.Second.Name && pair.First.DataType.TypeId == pair.Second.DataType.TypeId);

    private static string Shown(string text) =>
        text.Length <= 100 && !text.Any(char.IsControl) ? $"\"{text}\"" : "of a name that cannot be shown";

    [GeneratedRegex(@"^[\p{L}_][\p{L}\p{Nd}_]{0,199}\z")]
    private static partial Regex TableName();
}
