using System.Collections.Immutable;
using SideEye.Spec.Reading;

namespace SideEye.Spec.Expressions;

/// <summary>
/// Parses expressions in Go's notation, as far as they are paths: names, fields, <c>*p</c>, constant indices and keys,
/// <c>len</c>, <c>cap</c>, type assertions; and two that Go has not: <c>[*]</c>, all elements, and <c>.{a, b}</c>, some
/// parts.
/// </summary>
public sealed class ExpressionParser
{
    private readonly SpecReadingLimits limits;
    private readonly ExpressionCursor cursor;
    private int steps;

    private ExpressionParser(string text, SpecReadingLimits limits)
    {
        this.limits = limits;
        cursor = new ExpressionCursor(text);
    }

    /// <summary>Parses an expression within the default limits.</summary>
    public static ExpressionParsing Parse(string text) => Parse(text, SpecReadingLimits.Default);

    /// <summary>Parses an expression; never throws, whatever the text.</summary>
    public static ExpressionParsing Parse(string text, SpecReadingLimits limits)
    {
        if (text.Length > limits.ExpressionCharactersMax)
        {
            return new ExpressionParsing(null, new ExpressionProblem(
                0, $"expression of {text.Length} characters; {limits.ExpressionCharactersMax} is the limit"));
        }
        ExpressionParser parser = new(text, limits);
        try
        {
            Expression expression = parser.ParseUnary();
            parser.cursor.SkipBlanks();
            if (!parser.cursor.IsAtEnd)
                throw parser.Unexpected("the expression should end here");
            return new ExpressionParsing(expression, null);
        }
        catch (ExpressionSyntaxException e)
        {
            return new ExpressionParsing(null, new ExpressionProblem(e.Offset, e.Message));
        }
    }

    private Expression ParseUnary()
    {
        cursor.SkipBlanks();
        int start = cursor.Offset;
        if (cursor.TryTake('*'))
        {
            CountStep(start);
            return new DereferenceExpression(ParseUnary());
        }
        if (cursor.Next == '&')
        {
            throw new ExpressionSyntaxException(start,
                "addresses are not expressions: the column raw_<name> holds the address of what a pointer points to");
        }
        return ParseSteps(ParseOperand());
    }

    private Expression ParseOperand()
    {
        int start = cursor.Offset;
        if (cursor.TryTake('('))
        {
            CountStep(start);
            Expression inner = ParseUnary();
            cursor.SkipBlanks();
            if (!cursor.TryTake(')'))
                throw Unexpected("expected ) to close the ( before it");
            return inner;
        }
        if (cursor.Next is '"' or '`')
            return ParseQualifiedName();
        string name = cursor.TakeName() ?? throw Unexpected("expected a variable's name");
        if (name is "len" or "cap" && cursor.NextAfterBlanks == '(')
            return ParseLength(name == "cap");
        if (cursor.Next == '/')
        {
            throw new ExpressionSyntaxException(start,
                "a package path with a slash goes in quotes, as in \"net/http\".DefaultClient");
        }
        return new NameExpression(name);
    }

    private NameExpression ParseQualifiedName()
    {
        int start = cursor.Offset;
        string package = GoLiterals.TakeString(cursor);
        if (package.Length == 0)
            throw new ExpressionSyntaxException(start, "the path of the package is empty");
        cursor.SkipBlanks();
        if (!cursor.TryTake('.'))
            throw Unexpected("expected . and a variable's name after the package");
        cursor.SkipBlanks();
        return new NameExpression(cursor.TakeName() ?? throw Unexpected("expected a variable's name"), package);
    }

    private LengthExpression ParseLength(bool isCapacity)
    {
        CountStep(cursor.Offset);
        cursor.SkipBlanks();
        cursor.TryTake('(');
        Expression operand = ParseUnary();
        cursor.SkipBlanks();
        if (!cursor.TryTake(')'))
            throw Unexpected(isCapacity ? "expected ) to close cap(" : "expected ) to close len(");
        return new LengthExpression(operand, isCapacity);
    }

    private Expression ParseSteps(Expression operand)
    {
        while (true)
        {
            cursor.SkipBlanks();
            int start = cursor.Offset;
            if (operand is PartsExpression && cursor.Next is '.' or '[')
                throw Unexpected("the expression should end behind the } of its parts");
            if (cursor.TryTake('.'))
                operand = ParseBehindPoint(operand);
            else if (cursor.TryTake('['))
                operand = ParseIndex(operand);
            else
                return operand;
            CountStep(start);
        }
    }

    private Expression ParseBehindPoint(Expression operand)
    {
        cursor.SkipBlanks();
        if (cursor.TryTake('('))
            return new AssertionExpression(operand, GoTypeName.Take(cursor));
        if (cursor.TryTake('{'))
            return new PartsExpression(operand, ParseParts());
        string field = cursor.TakeName() ?? throw Unexpected("expected a field's name, (type) or {parts}");
        return new FieldExpression(operand, field);
    }

    private ImmutableArray<PartExpression> ParseParts()
    {
        ImmutableArray<PartExpression>.Builder parts = ImmutableArray.CreateBuilder<PartExpression>();
        do
        {
            cursor.SkipBlanks();
            int start = cursor.Offset;
            CountStep(start);
            PartExpression part = ParsePart();
            if (parts.Any(other => other.Name == part.Name))
            {
                throw new ExpressionSyntaxException(
                    start, $"there are two parts {part.Name}: name one, as in {{b: a.b}}");
            }
            parts.Add(part);
            cursor.SkipBlanks();
        }
        while (cursor.TryTake(','));
        if (!cursor.TryTake('}'))
            throw Unexpected("expected , or } after a part");
        return parts.ToImmutable();
    }

    /// <summary>A path, or a name and a path as in a composite literal of Go: <c>{path: URL.Path}</c>.</summary>
    private PartExpression ParsePart()
    {
        Expression path = ParseUnary();
        if (path is not NameExpression { Package: null } name || cursor.NextAfterBlanks != ':')
            return new PartExpression(Identifiers.ColumnOf(path), path);
        cursor.SkipBlanks();
        cursor.TryTake(':');
        return new PartExpression(name.Name, ParseUnary());
    }

    private Expression ParseIndex(Expression operand)
    {
        cursor.SkipBlanks();
        Expression result = cursor.TryTake('*') ? new EachExpression(operand) : ParseConstant(operand);
        cursor.SkipBlanks();
        if (!cursor.TryTake(']'))
            throw Unexpected("expected ] to close the [ before it");
        return result;
    }

    private Expression ParseConstant(Expression operand)
    {
        int start = cursor.Offset;
        if (cursor.Next is '"' or '`')
            return new KeyExpression(operand, GoLiterals.TakeString(cursor));
        if (cursor.Next is '-' or '+' or '\'' || char.IsAsciiDigit(cursor.Next))
            return IndexOrKey(operand, GoLiterals.TakeInteger(cursor));
        if (cursor.TakeName() is "true" or "false")
            return new KeyExpression(operand, cursor.TextFrom(start) == "true");
        throw new ExpressionSyntaxException(start,
            "expected a constant (a number, a string in quotes, true or false), or * for all elements");
    }

    private static Expression IndexOrKey(Expression operand, long value) =>
        value >= 0 ? new IndexExpression(operand, value) : new KeyExpression(operand, value);

    private void CountStep(int offset)
    {
        if (++steps > limits.ExpressionStepsMax)
        {
            throw new ExpressionSyntaxException(offset,
                $"expression of more than {limits.ExpressionStepsMax} steps");
        }
    }

    private ExpressionSyntaxException Unexpected(string expected) => cursor.Unexpected(expected);
}
