using System.Collections.Immutable;
using System.Globalization;
using Apache.Arrow;
using Apache.Arrow.Types;
using SideEye.Tables;
using SideEye.Store.Derivation;

namespace SideEye.Store.Tests;

/// <summary>
/// Snapshot files with hand-made function tables: columns are named <c>name TYPE</c>, rows begin with process,
/// goroutine and frame.
/// </summary>
public sealed class CapturedTables
{
    private readonly List<(string Name, Schema Schema, List<object?[]> Rows)> tables = [];

    public static ImmutableArray<IdentityColumn> Identity { get; } =
        [.. CaptureSchema.Identity.Select(each => new IdentityColumn(each.Key, each.Value))];

    public CapturedTables Table(string name, string columns, params object?[][] rows)
    {
        IEnumerable<Field> fields = columns.Split(", ").Select(column => column.Split(' ')).Select(column =>
            CaptureSchema.Captured(column[0], TypeOf(column[1]), column[1] == "JSON", $"main.serve: {column[0]}"));
        tables.Add((name, CaptureSchema.FunctionTable("main." + name, fields), [.. rows]));
        return this;
    }

    /// <summary>Writes a file and derives.</summary>
    public DerivationOutcome Write(string path, DerivationSpec spec, DerivationLimits? limits = null)
    {
        using SnapshotFile file = SnapshotFile.Create(path);
        SnapshotBuilder builder = new SnapshotBuilder().Snapshot().Process(1, "checkout", 4711)
            .Process(2, "stock", 4712).Goroutine(1, 10, null).Goroutine(1, 11, null).Goroutine(2, 20, null);
        foreach (KeyValuePair<string, Schema> table in SnapshotSchema.Tables)
        {
            file.CreateTable(table.Key, table.Value);
            using RecordBatch batch = builder.Batch(table.Key);
            file.Append(table.Key, batch);
        }
        file.Execute(SnapshotSchema.Views);
        foreach (KeyValuePair<string, Schema> table in CaptureSchema.Tables)
            file.CreateTable(table.Key, table.Value);
        Append(file, CaptureSchema.FunctionTablesTable, CaptureSchema.FunctionTables, Registry());
        foreach ((string name, Schema schema, List<object?[]> rows) in tables)
        {
            file.CreateTable(name, schema);
            Append(file, name, schema, rows);
        }
        DerivationOutcome outcome = file.Derive(
            spec with { Identity = Identity }, limits ?? DerivationLimits.Default,
            TestContext.Current.CancellationToken);
        file.Commit();
        return outcome;
    }

    /// <summary>Derives anew in a file that is there.</summary>
    public static DerivationOutcome Rewrite(string path, DerivationSpec spec)
    {
        using SnapshotFile file = SnapshotFile.OpenCopy(path);
        DerivationOutcome outcome = file.Derive(
            spec with { Identity = Identity }, DerivationLimits.Default, TestContext.Current.CancellationToken);
        file.Commit();
        return outcome;
    }

    private List<object?[]> Registry() =>
    [
        .. tables.SelectMany(table => table.Schema.FieldsList.Skip(3).Select(field => new object?[]
        {
            table.Name, "main." + table.Name, field.Name, field.Name, null, "VARCHAR",
            field.Name.StartsWith(CaptureSchema.RawPrefix, StringComparison.Ordinal),
        })),
    ];

    private static void Append(SnapshotFile file, string name, Schema schema, List<object?[]> rows)
    {
        using RecordBatch batch = new(schema,
            schema.FieldsList.Select((field, column) => Column(field.DataType, rows, column)), rows.Count);
        file.Append(name, batch);
    }

    private static IArrowArray Column(IArrowType type, List<object?[]> rows, int column)
    {
        IEnumerable<object?> values = rows.Select(row => row[column]);
        switch (type)
        {
            case StringType:
                StringArray.Builder texts = new();
                foreach (object? value in values)
                    _ = value is null ? texts.AppendNull() : texts.Append((string)value);
                return texts.Build();
            case BooleanType:
                BooleanArray.Builder flags = new();
                foreach (object? value in values)
                    _ = value is null ? flags.AppendNull() : flags.Append((bool)value);
                return flags.Build();
            case Int32Type:
                Int32Array.Builder integers = new();
                foreach (object? value in values)
                    integers.Append((int?)value);
                return integers.Build();
            case Int64Type:
                Int64Array.Builder longs = new();
                foreach (object? value in values)
                    longs.Append(value is null ? null : Convert.ToInt64(value, CultureInfo.InvariantCulture));
                return longs.Build();
            case UInt64Type:
                UInt64Array.Builder unsigned = new();
                foreach (object? value in values)
                    unsigned.Append((ulong?)value);
                return unsigned.Build();
            default:
                DoubleArray.Builder numbers = new();
                foreach (object? value in values)
                    numbers.Append((double?)value);
                return numbers.Build();
        }
    }

    private static IArrowType TypeOf(string type) => type switch
    {
        "BIGINT" => Int64Type.Default,
        "UBIGINT" => UInt64Type.Default,
        "DOUBLE" => DoubleType.Default,
        "BOOLEAN" => BooleanType.Default,
        _ => StringType.Default,
    };
}
