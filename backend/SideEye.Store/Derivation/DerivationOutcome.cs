using System.Collections.Immutable;

namespace SideEye.Store.Derivation;

/// <summary>What came of a <see cref="DerivationSpec"/>; the same is in the file.</summary>
/// <param name="Columns">Extra columns that were computed.</param>
/// <param name="Tables">Names of the derived tables that are there.</param>
/// <param name="Links">Links that were matched.</param>
/// <param name="Errors">What failed.</param>
public sealed record DerivationOutcome(
    int Columns, ImmutableArray<string> Tables, int Links, ImmutableArray<DerivationError> Errors);

/// <summary>A failure that took nothing else down.</summary>
/// <param name="Table">The derived table, or the table of the extra column, or both tables of the link.</param>
/// <param name="Column">The extra column; null for a derived table or link.</param>
/// <param name="Message">What is wrong, in DuckDB's words where they are DuckDB's.</param>
public sealed record DerivationError(string Table, string? Column, string Message);
