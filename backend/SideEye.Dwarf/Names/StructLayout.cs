using System.Collections.Immutable;

namespace SideEye.Dwarf;

/// <summary>Size and members of a structure.</summary>
/// <param name="Name">Name, for Go with the package path.</param>
/// <param name="Size">Size in bytes.</param>
/// <param name="Members">Members in the order of declaration.</param>
public sealed record StructLayout(string Name, ulong Size, ImmutableArray<StructMember> Members)
{
    /// <summary>The member with this name, or null.</summary>
    public StructMember? FindMember(string name)
    {
        foreach (StructMember member in Members)
        {
            if (member.Name == name)
                return member;
        }

        return null;
    }
}

/// <summary>One member of a structure.</summary>
/// <param name="Name">Name; empty for C's anonymous members.</param>
/// <param name="Offset">Bytes from the start of the structure.</param>
/// <param name="Size">Bytes of the member's type; 0 for a type of no size or of unknown size.</param>
/// <param name="TypeName">Name of the type, for <see cref="DwarfFile.FindStruct"/>; empty when it has none.</param>
/// <param name="Type">The type's entry.</param>
public readonly record struct StructMember(
    string Name, ulong Offset, ulong Size, string TypeName, DebugInfoOffset Type);
