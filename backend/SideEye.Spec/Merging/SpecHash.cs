using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using SideEye.Spec.Expressions;
using SideEye.Spec.Model;

namespace SideEye.Spec.Merging;

/// <summary>
/// Hashes of what a spec means: comments, layout, places, descriptions, the order of functions and programs do not
/// change them.
/// </summary>
internal static class SpecHash
{
    /// <summary>The spec with its hashes.</summary>
    public static CaptureSpec Seal(CaptureSpec spec) => spec with
    {
        Hash = Of(json =>
        {
            WriteCapture(json, spec);
            WritePrograms(json, spec);
            WriteDerivation(json, spec);
        }),
        CaptureHash = Of(json => WriteCapture(json, spec)),
    };

    private static string Of(Action<Utf8JsonWriter> write)
    {
        using MemoryStream text = new();
        using (Utf8JsonWriter json = new(text))
        {
            json.WriteStartArray();
            write(json);
            json.WriteEndArray();
        }
        return Convert.ToHexStringLower(SHA256.HashData(text.GetBuffer().AsSpan(0, (int)text.Length)));
    }

    private static void WriteCapture(Utf8JsonWriter json, CaptureSpec spec)
    {
        foreach (FunctionSpec function in spec.Functions.OrderBy(Name, StringComparer.Ordinal))
        {
            json.WriteStartArray();
            json.WriteStringValue("function");
            WriteTexts(json, function.Names);
            json.WriteStringValue(function.Table);
            json.WriteBooleanValue(function.IsOptional);
            WriteLimits(json, function.Limits);
            WriteCaptures(json, function.Captures);
            json.WriteEndArray();
        }
        foreach (TypeSpec type in spec.Types.OrderBy(static type => type.Type, StringComparer.Ordinal))
        {
            json.WriteStartArray();
            json.WriteStringValue("type");
            json.WriteStringValue(type.Type);
            WriteCaptures(json, type.Captures);
            json.WriteEndArray();
        }
        foreach (ContextKeySpec key in spec.ContextKeys.OrderBy(static key => key.Key, StringComparer.Ordinal))
            WriteTexts(json, ["context", key.Key, key.Column, key.IsOptional ? "optional" : null]);
        WriteTexts(json, Set(spec.Redaction.Names).Prepend("redact"));
        WriteTexts(json, Set(spec.Redaction.Allow).Prepend("allow"));
        WriteLimits(json, spec.Limits);
    }

    private static void WritePrograms(Utf8JsonWriter json, CaptureSpec spec)
    {
        foreach (ProgramRule program in spec.Programs.OrderBy(static program => program.Name, StringComparer.Ordinal))
        {
            WriteTexts(json, ["program", program.Name, program.Environment, program.Executable, program.CommandLine,
                program.Container]);
            WriteTexts(json, program.Variables.SelectMany(static each => new[] { each.Key, each.Value }));
            WriteTexts(json, program.Labels.SelectMany(static each => new[] { each.Key, each.Value }));
        }
    }

    private static void WriteDerivation(Utf8JsonWriter json, CaptureSpec spec)
    {
        foreach (FunctionSpec function in spec.Functions.OrderBy(Name, StringComparer.Ordinal))
        {
            foreach (ColumnSpec column in function.Columns)
                WriteTexts(json, ["column", function.Function, column.Name, column.Sql, column.Type]);
        }
        // In their own order: later tables use earlier ones.
        foreach (TableSpec table in spec.Tables)
        {
            WriteTexts(json, [table.IsOptional ? "optional table" : "table", table.Name,
                .. table.Sources.Select(static source => source.Sql)]);
        }
        foreach (LinkSpec link in spec.Links.OrderBy(static link => $"{link.From.Table} {link.To.Table}"))
        {
            WriteTexts(json, [link.IsOptional ? "optional link" : "link", link.From.Table, .. link.From.Columns,
                link.To.Table, .. link.To.Columns]);
        }
    }

    private static void WriteCaptures(Utf8JsonWriter json, ImmutableArray<ExpressionSpec> captures)
    {
        json.WriteStartArray();
        foreach (ExpressionSpec capture in captures)
        {
            json.WriteStringValue(capture.Column);
            json.WriteBooleanValue(capture.IsOptional);
            WriteTexts(json, capture.Candidates.Select(static (Expression each) => each.ToString()));
            WriteLimits(json, capture.Limits);
        }
        json.WriteEndArray();
    }

    private static void WriteLimits(Utf8JsonWriter json, LimitsSpec limits)
    {
        json.WriteStartArray();
        ReadOnlySpan<long?> all =
        [
            limits.StringBytes, limits.SliceBytes, limits.MapEntries, limits.PointerDepth, limits.FrameBytes,
            limits.SnapshotBytes,
        ];
        foreach (long? limit in all)
        {
            if (limit is long value)
                json.WriteNumberValue(value);
            else
                json.WriteNullValue();
        }
        json.WriteEndArray();
    }

    private static void WriteTexts(Utf8JsonWriter json, IEnumerable<string?> texts)
    {
        json.WriteStartArray();
        foreach (string? text in texts)
            json.WriteStringValue(text);
        json.WriteEndArray();
    }

    private static IEnumerable<string> Set(IEnumerable<string> names) =>
        names.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);

    private static string Name(FunctionSpec function) => function.Function;
}
