using System.Collections.Immutable;

namespace SideEye.Store.Derivation;

/// <summary>What to compute from the captured tables of a snapshot file, beside what is in it already.</summary>
public sealed record DerivationSpec
{
    /// <summary>Columns that identify a row of a captured table, with their SQL types.</summary>
    public ImmutableArray<IdentityColumn> Identity { get; init; } = [];

    /// <summary>Columns to add to captured tables; those of tables that the file lacks are left out.</summary>
    public ImmutableArray<ExtraColumns> ExtraColumns { get; init; } = [];

    /// <summary>Derived tables, in the order in which they may use each other.</summary>
    public ImmutableArray<DerivedTable> Tables { get; init; } = [];

    /// <summary>Pairs of tables whose rows belong together.</summary>
    public ImmutableArray<TableLink> Links { get; init; } = [];

    /// <summary>What is known beforehand to be missing: it is written down like what fails.</summary>
    public ImmutableArray<DerivationError> Missing { get; init; } = [];
}

/// <summary>A column that, with others, identifies a row of a captured table.</summary>
/// <param name="Name">Its name in every captured table.</param>
/// <param name="Type">Its SQL type.</param>
public sealed record IdentityColumn(string Name, string Type);

/// <summary>Columns to add to a captured table; a later one may use an earlier one.</summary>
/// <param name="Table">The captured table.</param>
/// <param name="Columns">The columns to add.</param>
public sealed record ExtraColumns(string Table, ImmutableArray<ExtraColumn> Columns);

/// <summary>A column computed from the others of its table.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Sql">SQL expression, with <c>column->path.to[0].field</c> for paths in JSON columns.</param>
/// <param name="Type">SQL type, <c>TIMESTAMP_NANOS</c> or <c>DURATION_NANOS</c>; null for what the expression
/// gives.</param>
public sealed record ExtraColumn(string Name, string Sql, string? Type);

/// <summary>A table computed from others.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Sql">SELECT statements; the rows of those whose tables are there are put together by name.</param>
/// <param name="Description">Its comment.</param>
/// <param name="IsOptional">True when it is no problem that none of the statements finds its tables.</param>
public sealed record DerivedTable(
    string Name, ImmutableArray<string> Sql, string? Description, bool IsOptional = false);

/// <summary>Rows whose columns have equal values belong together; NULL equals nothing.</summary>
/// <param name="From">One end.</param>
/// <param name="To">The other end, with as many columns.</param>
/// <param name="Description">What the link means.</param>
/// <param name="IsOptional">True when it is no problem that a table or column is missing.</param>
public sealed record TableLink(LinkedColumns From, LinkedColumns To, string? Description, bool IsOptional = false);

/// <summary>One end of a link.</summary>
/// <param name="Table">A table, no view.</param>
/// <param name="Columns">Its columns to compare.</param>
public sealed record LinkedColumns(string Table, ImmutableArray<string> Columns);
