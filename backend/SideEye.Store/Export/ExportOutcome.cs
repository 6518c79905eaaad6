using System.Collections.Immutable;

namespace SideEye.Store.Export;

/// <summary>What an export wrote.</summary>
/// <param name="Tables">Tables, by name, with views that were written as tables.</param>
/// <param name="Views">Views that are views there, too.</param>
/// <param name="Rows">Rows of all tables together.</param>
/// <param name="LeftOut">Views that are missing, each with the reason.</param>
public sealed record ExportOutcome(
    ImmutableArray<string> Tables, ImmutableArray<string> Views, long Rows, ImmutableArray<string> LeftOut);
