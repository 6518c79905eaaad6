using System.Text;
using SideEye.Spec.Expressions;

namespace SideEye.Spec.Reading;

/// <summary>Names of columns and tables.</summary>
internal static class Identifiers
{
    /// <summary>True for a name that SQL takes without quotes.</summary>
    public static bool IsOne(string name) =>
        name.Length > 0 && !char.IsDigit(name[0]) && name.All(static c => c == '_' || char.IsLetterOrDigit(c));

    /// <summary>The name of an expression's column where the spec gives none: its text with all but letters and digits
    /// as single underscores. A variable keeps its name; <c>cs.mu.processing</c> becomes <c>cs_mu_processing</c>.
    /// </summary>
    public static string ColumnOf(Expression expression) => Of(expression.ToString());

    /// <summary>A text's letters and digits, and underscores for what is between them.</summary>
    public static string Of(string text)
    {
        StringBuilder name = new();
        bool isBetween = false;
        foreach (char c in text)
        {
            if (c != '_' && !char.IsLetterOrDigit(c))
            {
                isBetween = true;
                continue;
            }
            if (isBetween && name.Length > 0)
                name.Append('_');
            isBetween = false;
            name.Append(c);
        }
        if (name.Length == 0 || char.IsDigit(name[0]))
            name.Insert(0, '_');
        return name.ToString();
    }
}
