namespace SideEye.Grafana.Frames;

/// <summary>Tables turned into numbers that alert rules compare, one or many told apart by texts.</summary>
public static class Numbers
{
    /// <summary>
    /// One frame: a single row of numbers, or rows of numbers with the text columns that tell them apart. Without
    /// rows, a frame without fields.
    /// </summary>
    /// <exception cref="FrameShapeException">A column is neither number nor text, there is no number, or two rows
    /// cannot be told apart.</exception>
    public static DataFrame From(DataFrame table)
    {
        ArgumentNullException.ThrowIfNull(table);
        FrameMeta meta = table.Meta ?? new FrameMeta();
        List<Field> texts = [.. table.Fields.Where(field => field.Type is FieldType.String or FieldType.Enum)];
        string kind = texts.Count == 0 ? FrameKinds.NumericWide : FrameKinds.NumericLong;
        meta = meta with { Type = kind, TypeVersion = FrameKinds.Version };
        if (table.Rows == 0)
            return new DataFrame(table.Name, [], meta) { RefId = table.RefId };
        Check(table, texts);
        List<Field> fields = [.. texts.Select(field => TextField(field))];
        fields.AddRange(table.Fields.Where(IsValue).Select(NumberField));
        return new DataFrame(table.Name, fields, meta) { RefId = table.RefId };
    }

    private static void Check(DataFrame table, List<Field> texts)
    {
        Field? odd = table.Fields.FirstOrDefault(field => !IsValue(field) && !texts.Contains(field));
        if (odd is not null)
        {
            string advice = odd.Type == FieldType.Time
                ? "choose the format time series, or leave it out" : "leave it out, or cast it to a text";
            throw new FrameShapeException(
                $"numbers cannot have the column {odd.Name}, which is of type {odd.Type}: {advice}");
        }
        if (!table.Fields.Any(IsValue))
            throw new FrameShapeException("there is no column of numbers");
        if (texts.Count == 0 && table.Rows > 1)
        {
            throw new FrameShapeException(
                $"there are {table.Rows:N0} rows and no text column that tells them apart: aggregate to one row, or "
                + "select what each row is about");
        }
        HashSet<string> seen = [];
        for (int row = 0; row < table.Rows && texts.Count > 0; row++)
        {
            string key = string.Join('\u001f', texts.Select(field => field.TextAt(row) ?? ""));
            if (!seen.Add(key))
            {
                throw new FrameShapeException(
                    $"two rows have the same texts ({key.Replace("\u001f", ", ", StringComparison.Ordinal)}) and "
                    + "cannot be told apart: group by "
                    + string.Join(", ", texts.Select(field => field.Name)));
            }
        }
    }

    private static bool IsValue(Field field) => field.IsNumber || field.Type == FieldType.Boolean;

    private static Field TextField(Field field) =>
        Field.OfTexts(field.Name, Enumerable.Range(0, field.Length).Select(row => field.TextAt(row) ?? ""))
            .With(config: field.Config);

    private static Field NumberField(Field field) =>
        Field.OfNumbers(field.Name, Enumerable.Range(0, field.Length).Select(field.NumberAt)).Nullable(true)
            .With(config: field.Config);
}
