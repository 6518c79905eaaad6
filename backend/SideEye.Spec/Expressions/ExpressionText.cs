using System.Diagnostics;
using System.Globalization;
using System.Text;
using SideEye.Spec.Reading;

namespace SideEye.Spec.Expressions;

/// <summary>Writes expressions in canonical form.</summary>
internal static class ExpressionText
{
    public static string Of(Expression expression)
    {
        StringBuilder text = new();
        Write(text, expression);
        return text.ToString();
    }

    private static void Write(StringBuilder text, Expression expression)
    {
        switch (expression)
        {
            case NameExpression { Package: null } name:
                text.Append(name.Name);
                break;
            case NameExpression name:
                Quote(text, name.Package!);
                text.Append('.').Append(name.Name);
                break;
            case FieldExpression field:
                WriteOperand(text, field.Operand);
                text.Append('.').Append(field.Field);
                break;
            case IndexExpression index:
                WriteOperand(text, index.Operand);
                text.Append(CultureInfo.InvariantCulture, $"[{index.Index}]");
                break;
            case KeyExpression key:
                WriteOperand(text, key.Operand);
                text.Append('[');
                WriteKey(text, key.Key);
                text.Append(']');
                break;
            case DereferenceExpression pointer:
                text.Append('*');
                Write(text, pointer.Operand);
                break;
            case LengthExpression length:
                text.Append(length.IsCapacity ? "cap(" : "len(");
                Write(text, length.Operand);
                text.Append(')');
                break;
            case AssertionExpression assertion:
                WriteOperand(text, assertion.Operand);
                text.Append(".(").Append(assertion.Type).Append(')');
                break;
            case EachExpression each:
                WriteOperand(text, each.Operand);
                text.Append("[*]");
                break;
            case PartsExpression parts:
                WriteOperand(text, parts.Operand);
                WriteParts(text, parts);
                break;
            default:
                throw new UnreachableException();
        }
    }

    // A star binds weaker than what follows an operand: (*p).x is not *p.x.
    private static void WriteOperand(StringBuilder text, Expression operand)
    {
        bool isWeaker = operand is DereferenceExpression;
        if (isWeaker)
            text.Append('(');
        Write(text, operand);
        if (isWeaker)
            text.Append(')');
    }

    private static void WriteParts(StringBuilder text, PartsExpression of)
    {
        text.Append(".{");
        foreach (PartExpression part in of.Parts)
        {
            if (text[^1] != '{')
                text.Append(", ");
            int start = text.Length;
            Write(text, part.Path);
            // A name that follows from the path is not said.
            if (Identifiers.Of(text.ToString(start, text.Length - start)) != part.Name)
                text.Insert(start, $"{part.Name}: ");
        }
        text.Append('}');
    }

    private static void WriteKey(StringBuilder text, object key)
    {
        switch (key)
        {
            case string value:
                Quote(text, value);
                break;
            case long value:
                text.Append(CultureInfo.InvariantCulture, $"{value}");
                break;
            case bool value:
                text.Append(value ? "true" : "false");
                break;
            default:
                throw new UnreachableException();
        }
    }

    private static void Quote(StringBuilder text, string value)
    {
        text.Append('"');
        foreach (Rune rune in value.EnumerateRunes())
        {
            switch (rune.Value)
            {
                case '"' or '\\':
                    text.Append('\\').Append((char)rune.Value);
                    break;
                case < ' ' or 0x7F:
                    text.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:x4}");
                    break;
                default:
                    text.Append(rune);
                    break;
            }
        }
        text.Append('"');
    }
}
