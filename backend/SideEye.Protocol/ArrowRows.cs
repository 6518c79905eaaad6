using Apache.Arrow;
using Apache.Arrow.Ipc;
using Google.Protobuf;

namespace SideEye.Protocol;

/// <summary>Rows on the wire: an Arrow IPC stream, which says what its columns are.</summary>
public static class ArrowRows
{
    /// <summary>Encodes one batch with its schema.</summary>
    public static ByteString Encode(RecordBatch batch)
    {
        using MemoryStream bytes = new();
        using (ArrowStreamWriter writer = new(bytes, batch.Schema, leaveOpen: true))
        {
            writer.WriteRecordBatch(batch);
            writer.WriteEnd();
        }
        return UnsafeByteOperations.UnsafeWrap(bytes.GetBuffer().AsMemory(0, (int)bytes.Length));
    }

    /// <summary>Encodes a table without rows: its columns alone.</summary>
    public static ByteString Encode(Schema schema)
    {
        using MemoryStream bytes = new();
        using (ArrowStreamWriter writer = new(bytes, schema, leaveOpen: true))
        {
            writer.WriteStart();
            writer.WriteEnd();
        }
        return UnsafeByteOperations.UnsafeWrap(bytes.GetBuffer().AsMemory(0, (int)bytes.Length));
    }

    /// <summary>Decodes what <see cref="Encode(RecordBatch)"/> made. The sender may be anybody.</summary>
    /// <param name="rows">An IPC stream.</param>
    /// <param name="schema">Receives its columns.</param>
    /// <returns>Its batches; whoever takes them disposes of them.</returns>
    /// <exception cref="InvalidDataException">It is not an Arrow stream, or a damaged one.</exception>
    public static IReadOnlyList<RecordBatch> Decode(ByteString rows, out Schema schema)
    {
        List<RecordBatch> batches = [];
        try
        {
            using ArrowStreamReader reader = new(rows.Memory);
            schema = reader.Schema;
            while (reader.ReadNextRecordBatch() is { } batch)
                batches.Add(batch);
            return batches;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // The reader has no exception of its own: what hostile bytes make it throw is whatever they ran into.
            foreach (RecordBatch batch in batches)
                batch.Dispose();
            throw new InvalidDataException($"rows are not a readable Arrow stream: {e.Message}", e);
        }
    }
}
