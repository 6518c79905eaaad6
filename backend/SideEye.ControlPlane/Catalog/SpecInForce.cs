using System.Collections.Immutable;
using SideEye.Spec.Model;

namespace SideEye.ControlPlane.Catalog;

/// <summary>The spec that snapshots are taken with: every document that is in force, and what they come to together.
/// </summary>
/// <param name="Documents">The documents in the order of their names, without the built-in packs.</param>
/// <param name="WithPacks">Whether the built-in packs are below them.</param>
/// <param name="Merged">All of them as one.</param>
public sealed record SpecInForce(
    ImmutableArray<SpecText> Documents, bool WithPacks, CaptureSpec Merged);

/// <summary>A document of a spec as it was written.</summary>
/// <param name="Name">Its name, for messages: letters, digits, dots, dashes.</param>
/// <param name="Yaml">Its text.</param>
public sealed record SpecText(string Name, string Yaml);
