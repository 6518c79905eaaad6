namespace SideEye.Store.Sql;

/// <summary>A table, view or common table expression that a query names, as it names it.</summary>
/// <param name="Catalog">Before two dots; empty when it is not said.</param>
/// <param name="Schema">Before one dot; empty when it is not said. May be a catalog's name as well.</param>
/// <param name="Name">The name.</param>
internal readonly record struct NamedTable(string Catalog, string Schema, string Name);
