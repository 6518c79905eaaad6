using System.Collections.Immutable;
using SideEye.GoRuntime.Functions;
using SideEye.GoRuntime.Types;

namespace SideEye.Probes.Plan;

/// <summary>What a physical frame gives while its pc lies in a range.</summary>
/// <param name="Low">First link-time pc.</param>
/// <param name="High">First pc behind.</param>
/// <param name="Rows">The rows: one per captured function whose code this is, its own or inlined.</param>
public sealed record FrameSite(ulong Low, ulong High, ImmutableArray<SiteRow> Rows)
{
    /// <summary>Where secrets lie in the frame: zeros in every copy of it. Sorted, without overlap.</summary>
    public ImmutableArray<FrameBlank> Blanks { get; init; } = [];
}

/// <summary>Bytes of a frame that are never copied.</summary>
/// <param name="Offset">Of the first, from the CFA.</param>
/// <param name="Bytes">How many.</param>
public readonly record struct FrameBlank(long Offset, int Bytes)
{
    /// <summary>Offset of the first byte behind.</summary>
    public long End => Offset + Bytes;
}

/// <summary>The row of one function at a site.</summary>
/// <param name="Table">Index in <see cref="CapturePlan.Tables"/>.</param>
/// <param name="InlineDepth">As <see cref="FunctionBody.InlineDepth"/>: tells which frame of the inlined chain it is.
/// </param>
/// <param name="Sources">Where each column of the table comes from.</param>
public sealed record SiteRow(int Table, int InlineDepth, ImmutableArray<ValueSource> Sources)
{
    /// <summary>In a generic function that runs for several types: where columns come from for each of them; null when
    /// <see cref="Sources"/> say it all.</summary>
    public SiteInstances? Instances { get; init; }
}

/// <summary>What a generic function runs for, which the dictionary that it was called with tells.</summary>
/// <param name="DictionaryOffset">Where the frame has the dictionary's address, from its CFA.</param>
/// <param name="All">One for each dictionary.</param>
public sealed record SiteInstances(long DictionaryOffset, ImmutableArray<SiteInstance> All);

/// <summary>One instance of a generic function.</summary>
/// <param name="Dictionary">Link-time address of its dictionary.</param>
/// <param name="Sources">As <see cref="SiteRow.Sources"/>, and the same object where the types do not matter.</param>
public sealed record SiteInstance(ulong Dictionary, ImmutableArray<ValueSource> Sources);

/// <summary>Where the value of a column is to be found at one site.</summary>
/// <param name="Root">Type of the variable that the expression starts from.</param>
/// <param name="Pieces">Where that variable is; for an escaped one, the pointer to it. Empty when
/// <paramref name="Unavailable"/> says why there is none.</param>
/// <param name="IsEscaped">True when <paramref name="Pieces"/> hold a pointer to the variable.</param>
/// <param name="Path">The steps from the variable to the value.</param>
/// <param name="Unavailable">Why there is no value here whatever the memory says, as in
/// <c>capture_errors.reason</c>; else null.</param>
public sealed record ValueSource(
    GoType Root, ImmutableArray<VariablePiece> Pieces, bool IsEscaped, ImmutableArray<PathStep> Path,
    string? Unavailable)
{
    /// <summary>
    /// Line of the variable's declaration when the value means something only behind it: at this line or before it the
    /// variable is not assigned yet. 0 for parameters, results, captured and package-level variables.
    /// </summary>
    public int DeclarationLine { get; init; }

    /// <summary>The variable of the function that it is; null for a package-level one.</summary>
    public GoVariable? Variable { get; init; }

    /// <summary>Whole name of the package-level variable that it is; null for a variable of the function.</summary>
    public string? Global { get; init; }

    /// <summary>What the name stands for as long as the declaration is not passed: a variable of an outer block that
    /// this one shadows; null when there is none.</summary>
    public ValueSource? Shadowed { get; init; }

    /// <summary>The closure that must be in the frame for the variable to be there; null when it always is.</summary>
    public DeferredClosure? Closure { get; init; }

    /// <summary>Where the value is when <see cref="Closure"/> is not in the frame.</summary>
    public ValueSource? Otherwise { get; init; }

    /// <summary>A value that cannot be had at a site.</summary>
    public static ValueSource None(GoType root, string reason) => new(root, [], false, [], reason);
}
