using System.Collections.Immutable;
using System.Text.RegularExpressions;
using SideEye.Spec.Expressions;
using SideEye.Spec.Model;

namespace SideEye.Spec.Reading;

/// <summary>Reads what is captured: functions and types with their expressions and columns.</summary>
internal sealed partial class FunctionReader(ReadingContext context, bool isOptional)
{
    public FunctionSpec? Read(SpecNode node)
    {
        if (SectionReader.Open(node, SpecKeys.Function, context) is not SectionReader section)
            return null;
        bool isNamed = section.Requires("function");
        ImmutableArray<ScalarNode> names = section.OneOrMore("function", context.Limits.NameCharactersMax);
        foreach (ScalarNode wildcard in names.Where(static name => HasWildcard(name.Text)))
        {
            context.Report(wildcard.At,
                "wildcards are for 'sideeye functions', which lists the matches; a spec names one function");
        }
        bool mayBeAbsent = isOptional || section.Bool("optional");
        string? table = context.Identifier(
            section.Text("table", context.Limits.NameCharactersMax), "table", section.PlaceOf("table"));
        ImmutableArray<ExpressionSpec> captures =
            [.. section.Items("capture").Select(capture => ReadCapture(capture)).OfType<ExpressionSpec>()];
        ImmutableArray<ColumnSpec> columns = [.. section.Items("columns").Select(ReadColumn).OfType<ColumnSpec>()];
        LimitsSpec limits = section.Node("limits") is SpecNode given
            ? LimitsReader.Read(given, SpecKeys.FunctionLimits, context)
            : LimitsSpec.None;
        if (!isNamed || names.Length == 0)
            return null;
        return new FunctionSpec(names[0].Text, table, captures, columns, limits, mayBeAbsent, section.At)
        {
            Alternatives = [.. names.Skip(1).Select(static name => name.Text)],
        };
    }

    public TypeSpec? ReadType(SpecNode node)
    {
        if (SectionReader.Open(node, SpecKeys.Type, context) is not SectionReader section)
            return null;
        bool isNamed = section.Requires("type");
        string? name = section.Text("type", context.Limits.NameCharactersMax);
        ImmutableArray<ExpressionSpec> captures =
            [.. section.Items("capture").Select(capture => ReadCapture(capture)).OfType<ExpressionSpec>()];
        return isNamed && name is not null ? new TypeSpec(name, captures, section.At) : null;
    }

    private ExpressionSpec? ReadCapture(SpecNode node)
    {
        if (node is ScalarNode scalar)
        {
            return context.Text(scalar, "capture", context.Limits.ExpressionCharactersMax) is null
                ? null
                : Captured([scalar], null, LimitsSpec.None, node.At, isOptional);
        }
        if (SectionReader.Open(node, SpecKeys.Capture, context) is not SectionReader section)
            return null;
        bool isGiven = section.Requires("expr");
        ImmutableArray<ScalarNode> texts = section.OneOrMore("expr", context.Limits.ExpressionCharactersMax);
        string? column = context.Identifier(
            section.Text("as", context.Limits.NameCharactersMax), "as", section.PlaceOf("as"));
        LimitsSpec limits = LimitsReader.Read(section, context.Limits);
        bool mayBeAbsent = isOptional || section.Bool("optional");
        return isGiven ? Captured(texts, column, limits, section.At, mayBeAbsent) : null;
    }

    private ExpressionSpec? Captured(
        ImmutableArray<ScalarNode> texts, string? column, LimitsSpec limits, SourcePosition at, bool mayBeAbsent)
    {
        ImmutableArray<Expression> expressions = [.. texts.Select(ReadExpression).OfType<Expression>()];
        if (expressions.IsEmpty || expressions.Length < texts.Length)
            return null;
        column ??= Identifiers.ColumnOf(expressions[0]);
        if (column.Length > context.Limits.IdentifierCharactersMax)
        {
            context.Report(at,
                $"the column's name would have {column.Length} characters; give it a shorter one with 'as'");
            return null;
        }
        return new ExpressionSpec(texts[0].Text.Trim(), expressions[0], column, limits, at, mayBeAbsent)
        {
            Alternatives = expressions[1..],
        };
    }

    private Expression? ReadExpression(ScalarNode text)
    {
        ExpressionParsing parsing = ExpressionParser.Parse(text.Text, context.Limits);
        if (parsing.Problem is ExpressionProblem problem)
        {
            context.Report(text.PlaceOf(problem.Offset),
                $"in the expression '{ReadingContext.Show(text.Text)}': {problem.Message}");
        }
        return parsing.Expression;
    }

    private ColumnSpec? ReadColumn(SpecNode node)
    {
        if (SectionReader.Open(node, SpecKeys.Column, context) is not SectionReader section)
            return null;
        bool isWhole = section.Requires("name") & section.Requires("sql");
        string? name = context.Identifier(
            section.Text("name", context.Limits.NameCharactersMax), "name", section.PlaceOf("name"));
        string? sql = section.Text("sql", context.Limits.SqlCharactersMax);
        string? type = section.Text("type", context.Limits.NameCharactersMax);
        if (type is not null && !SqlType().IsMatch(type))
        {
            context.Report(section.PlaceOf("type"), $"'type' should be a type of DuckDB's such as BIGINT, or "
                + $"TIMESTAMP_NANOS or DURATION_NANOS; '{ReadingContext.Show(type)}' is not");
            return null;
        }
        return isWhole && name is not null && sql is not null ? new ColumnSpec(name, sql, type, section.At) : null;
    }

    // A star within parentheses is a pointer receiver's: main.(*T).f. Others, and question marks, are wildcards.
    // Stars of receivers and within type arguments are pointers.
    private static bool HasWildcard(string function)
    {
        int open = function.IndexOf('[', StringComparison.Ordinal);
        int close = function.LastIndexOf(']');
        string plain = open < 0 || close < open ? function : function[..open] + function[(close + 1)..];
        return plain.Contains('?') || plain.Replace("(*", "(", StringComparison.Ordinal).Contains('*');
    }

    [GeneratedRegex(@"^[A-Za-z_][A-Za-z0-9_ ]*(\([0-9, ]*\))?( [A-Za-z_ ]+)?(\[[0-9]*\])*$",
        RegexOptions.NonBacktracking)]
    private static partial Regex SqlType();
}
