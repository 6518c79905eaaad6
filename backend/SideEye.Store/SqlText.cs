namespace SideEye.Store;

/// <summary>Values and names as SQL has them, for queries that are put together.</summary>
public static class SqlText
{
    /// <summary>A string literal in single quotes.</summary>
    public static string Literal(string text) => SqlTypes.Literal(text);

    /// <summary>A name in double quotes.</summary>
    public static string Name(string name) => SqlTypes.Quote(name);
}
