namespace SideEye.Store.Derivation;

/// <summary>A column as the file has it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">DuckDB's type.</param>
internal sealed record StoredColumn(string Name, string Type)
{
    /// <summary>Whether its values are JSON documents.</summary>
    public bool IsJson => Type == "JSON";
}
