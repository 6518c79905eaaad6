using Apache.Arrow;
using Apache.Arrow.Types;

namespace SideEye.Plugin.Answers;

/// <summary>
/// Whether a column holds what its type and length promise. The Arrow library reads a damaged column without a word,
/// and it would go on to Grafana as it is.
/// </summary>
internal static class ArrowCheck
{
    private const int BitsPerByte = 8;

    /// <summary>Checks the columns of a batch of which we read the values.</summary>
    /// <exception cref="InvalidDataException">A column is damaged.</exception>
    internal static void Check(RecordBatch batch)
    {
        for (int i = 0; i < batch.ColumnCount; i++)
        {
            string name = batch.Schema.FieldsList[i].Name;
            IArrowArray column = batch.Column(i);
            if (column.Length != batch.Length)
                throw Damaged(name, $"it has {column.Length:N0} values, and the batch has {batch.Length:N0} rows");
            Check(name, column.Data);
        }
    }

    private static void Check(string name, ArrayData data)
    {
        long end = (long)data.Offset + data.Length;
        if (data.Length < 0 || data.Offset < 0 || end > int.MaxValue)
            throw Damaged(name, "its length is impossible");
        if (data.DataType.TypeId == ArrowTypeId.Null)
            return;
        if (data.Buffers.Length < 2)
            throw Damaged(name, "it has no values");
        // No bitmap means that no value is absent.
        if (data.Buffers[0].Length == 0 ? data.NullCount > 0 : data.Buffers[0].Length < (end + 7) / BitsPerByte)
            throw Damaged(name, "it does not say which values are absent");
        switch (data.DataType)
        {
            case StringType or BinaryType:
                CheckOffsets(name, data, end);
                break;
            case BooleanType:
                Needs(name, data, (end + 7) / BitsPerByte);
                break;
            case FixedWidthType { BitWidth: > 0 } type:
                Needs(name, data, end * type.BitWidth / BitsPerByte);
                break;
        }
    }

    private static void Needs(string name, ArrayData data, long bytes)
    {
        if (data.Buffers[1].Length < bytes)
            throw Damaged(name, "values are missing");
    }

    private static void CheckOffsets(string name, ArrayData data, long end)
    {
        if (data.Length == 0)
            return;
        Needs(name, data, (end + 1) * sizeof(int));
        ReadOnlySpan<int> offsets = data.Buffers[1].Span.CastTo<int>()[data.Offset..((int)end + 1)];
        int before = 0;
        foreach (int offset in offsets)
        {
            if (offset < before)
                throw Damaged(name, "its texts overlap");
            before = offset;
        }
        if (data.Buffers.Length < 3 || before > data.Buffers[2].Length)
            throw Damaged(name, "texts are missing");
    }

    private static InvalidDataException Damaged(string name, string what) =>
        new($"the column {name} is damaged: {what}");
}
