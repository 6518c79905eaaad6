using System.Collections.Immutable;

namespace SideEye.Store.Sql;

/// <summary>A query that may run.</summary>
/// <param name="Text">What of it runs, and nothing else.</param>
/// <param name="Tables">The tables that it names.</param>
internal sealed record ReviewedQuery(StatementText Text, ImmutableArray<NamedTable> Tables);
