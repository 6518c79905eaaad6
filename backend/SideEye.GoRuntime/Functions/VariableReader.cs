using System.Collections.Concurrent;
using System.Collections.Immutable;
using SideEye.Dwarf;
using SideEye.GoRuntime.Types;
using SideEye.Target;

namespace SideEye.GoRuntime.Functions;

/// <summary>Reads the entries of variables and parameters.</summary>
internal sealed class VariableReader(DwarfFile dwarf, GoTypes types, StackObjects objects)
{
    /// <summary>The parameter by which a generic function gets its dictionary.</summary>
    public const string DictionaryName = ".dict";

    private const int OriginsMax = 8;
    private const int LocationsMax = 65_536;

    private readonly ConcurrentDictionary<DwarfUnit, bool> unoptimised = [];

    /// <summary>The variable, or null when it is none of the source's.</summary>
    /// <param name="entry">On the variable.</param>
    /// <param name="place">Where the entry stands.</param>
    /// <param name="isWanted">Asked with name and type before more is read; null for every variable.</param>
    public GoVariable? Read(
        in DieCursor entry, in VariablePlace place, Func<string, GoType, bool>? isWanted = null)
    {
        Facts facts = default;
        ReadFacts(entry, ref facts, 0);
        // Names with a dot are the compiler's: .autotmp_1, .dict, and since 1.27 s.ptr and s.len, the slots into which
        // parts of s may be spilled; no list says when they are. _ cannot be asked for.
        if (facts.Name is not { Length: > 0 } name || name == "_" || facts.Type is not { } offset
            || (name.Contains('.', StringComparison.Ordinal) && !IsDictionary(name, entry)))
        {
            return null;
        }

        GoType type = types.At(offset);
        bool isEscaped = name[0] == '&';
        if (isEscaped)
        {
            if (name.Length == 1 || type is not { Kind: GoKind.Pointer, Element: not null })
                return null;
            name = name[1..];
        }
        if (isWanted is not null && !isWanted(name, isEscaped ? type.Element! : type))
            return null;

        VariableRole role = entry.Tag == DwarfTag.FormalParameter || facts.IsParameter
            ? facts.IsResult ? VariableRole.Result : VariableRole.Parameter
            : facts.ClosureOffset is not null ? VariableRole.Captured : VariableRole.Local;
        ImmutableArray<VariableLocation> locations =
            ReadLocations(entry, type, place, role, out bool isPointer, out bool isFixed);
        return new GoVariable(
            name, isEscaped ? type.Element! : type, role, isEscaped || isPointer, facts.Line, place.Scope, locations)
        {
            HasFixedPlace = isFixed,
            ClosureOffset = facts.ClosureOffset,
            IsOnlyInMemory = type.Size > Architecture.PointerSize && TypeLeaves.Of(type).Length == 1,
            DictionaryIndex = isEscaped ? null : types.DictionaryIndexAt(offset),
        };
    }

    /// <summary>The dictionary of a generic function counts where its list of places is to be believed.</summary>
    private bool IsDictionary(string name, in DieCursor entry) => name == DictionaryName
        && IsUnoptimised(entry.Unit)
        && entry.TryGet(DwarfAttribute.Location, out AttributeValue location) && location.IsList;

    private void ReadFacts(in DieCursor entry, ref Facts facts, int links)
    {
        DebugInfoOffset? origin = null;
        foreach (DieAttribute attribute in entry.Attributes)
        {
            AttributeValue value = attribute.Value;
            switch (attribute.Name)
            {
                case DwarfAttribute.Name: facts.Name ??= value.AsText(); break;
                case DwarfAttribute.Type: facts.Type ??= value.AsReference(); break;
                case DwarfAttribute.VariableParameter: facts.IsResult |= value.AsFlag(); break;
                case DwarfAttribute.DeclarationLine when facts.Line == 0:
                    facts.Line = (int)Math.Min(value.AsUnsigned(), int.MaxValue);
                    break;
                case DwarfAttribute.GoClosureOffset when value.AsUnsigned() is > 0 and <= int.MaxValue:
                    facts.ClosureOffset ??= (int)value.AsUnsigned();
                    break;
                case DwarfAttribute.AbstractOrigin: origin = value.AsReference(); break;
            }
        }

        facts.IsParameter |= entry.Tag == DwarfTag.FormalParameter;
        if (origin is { } abstractEntry && links < OriginsMax)
            ReadFacts(dwarf.EntryAt(abstractEntry), ref facts, links + 1);
    }

    private ImmutableArray<VariableLocation> ReadLocations(
        in DieCursor entry, GoType type, in VariablePlace place, VariableRole role, out bool isPointer,
        out bool isFixed)
    {
        isPointer = false;
        isFixed = false;
        if (!entry.TryGet(DwarfAttribute.Location, out AttributeValue location))
            return [];
        ImmutableArray<TypeLeaf> leaves = TypeLeaves.Of(type);
        ImmutableArray<VariableLocation>.Builder read = ImmutableArray.CreateBuilder<VariableLocation>();
        if (!location.IsList)
        {
            // Without a list the compiler gave it one home for the whole call (dwarfgen createSimpleVar).
            LocationExpression? home = LocationExpression.Read(location.AsBlock(), entry.Unit);
            if (home is null || Pieces(home, _ => true, out isPointer) is not { IsDefault: false } whole)
                return [];
            isFixed = true;
            foreach (PcSpan span in place.Scope)
                read.Add(new VariableLocation(span.Low, span.High, whole));
            return read.ToImmutable();
        }

        ulong function = place.FunctionEntry;
        bool isPlain = IsUnoptimised(entry.Unit)
            || (role == VariableRole.Result && !place.IsInlined && objects.KeepsResults(function));
        foreach (LocationEntry item in DwarfFile.ReadLocations(entry.Unit, location))
        {
            bool isOf = !item.IsDefault && item.Range.Low < item.Range.High && read.Count < LocationsMax;
            if (!isOf || LocationExpression.Read(item.Expression, entry.Unit) is not { } expression)
                continue;
            ImmutableArray<VariablePiece> pieces =
                Pieces(expression, piece => isPlain || objects.Contains(function, piece), out bool holdsPointer);
            isPointer |= holdsPointer && !pieces.IsDefault;
            if (!pieces.IsDefault)
                read.Add(new VariableLocation(item.Range.Low, item.Range.High, pieces));
        }

        return InOrder(read);

        ImmutableArray<VariablePiece> Pieces(
            LocationExpression expression, Func<VariablePiece, bool> isWhole, out bool holdsPointer)
        {
            holdsPointer = expression.IsPointer;
            return holdsPointer
                ? HeapPointer(expression, role)
                : VariablePieces.Of(type, leaves, expression, isWhole);
        }
    }

    /// <summary>
    /// Without optimisation variables are not taken apart, and the lists of parameters say whether they are still in
    /// registers or in their home (cmd/compile/internal/ssa/debug.go, BuildFuncDebugNoOptimized). The compiler leaves
    /// its flags in the unit's producer.
    /// </summary>
    private bool IsUnoptimised(DwarfUnit unit)
    {
        return unoptimised.GetOrAdd(unit, static unit =>
        {
            DieCursor entry = unit.Entries();
            return entry.MoveNext() && entry.TryGet(DwarfAttribute.Producer, out AttributeValue producer)
                && producer.AsUtf8().IndexOf("; -N"u8) >= 0;
        });
    }

    /// <summary>
    /// dwarfgen createHeapDerefLocationList: the place of the pointer to a variable on the heap. Only for results the
    /// pointer is sure to be kept there (ir.Name.IsOutputParamHeapAddr); for others it may live in registers alone and
    /// the place is that of nothing, as the variable with <c>&amp;</c> beside it says.
    /// </summary>
    private static ImmutableArray<VariablePiece> HeapPointer(LocationExpression expression, VariableRole role)
    {
        VariablePiece place = expression.Pieces[0];
        bool isKept = role == VariableRole.Result && place is { Kind: PlaceKind.Frame, Value: < -16 };
        return isKept ? [place with { Bytes = 8 }] : default;
    }

    // The compiler writes lists in the order of the code; where entries of a broken one overlap, the first counts.
    private static ImmutableArray<VariableLocation> InOrder(ImmutableArray<VariableLocation>.Builder read)
    {
        bool isOrdered = true;
        for (int i = 1; i < read.Count; i++)
            isOrdered &= read[i - 1].High <= read[i].Low;
        if (isOrdered)
            return read.ToImmutable();
        VariableLocation[] all = read.ToArray();
        Array.Sort(all, (left, right) => left.Low.CompareTo(right.Low));
        ImmutableArray<VariableLocation>.Builder kept = ImmutableArray.CreateBuilder<VariableLocation>(all.Length);
        ulong end = 0;
        foreach (VariableLocation each in all)
        {
            if (each.High <= end)
                continue;
            kept.Add(each with { Low = Math.Max(each.Low, end) });
            end = each.High;
        }

        return kept.ToImmutable();
    }

    private struct Facts
    {
        public string? Name;
        public DebugInfoOffset? Type;
        public int Line;
        public bool IsResult;
        public bool IsParameter;
        public int? ClosureOffset;
    }
}
