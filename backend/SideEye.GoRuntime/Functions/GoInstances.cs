using System.Buffers.Binary;
using System.Collections.Immutable;
using SideEye.GoRuntime.Types;

namespace SideEye.GoRuntime.Functions;

/// <summary>
/// The types for which the generic functions of a program run. Members may be called from several threads.
/// </summary>
/// <param name="binary">The program, with debug information.</param>
/// <param name="types">Its types, those that only the runtime describes included.</param>
/// <param name="functions">Its functions.</param>
public sealed class GoInstances(GoBinary binary, GoTypes types, GoFunctions functions)
{
    /// <summary>Instances of one body that are told apart; asking which one a frame is costs a step for each.</summary>
    private const int InstancesMax = 64;

    private readonly Lazy<GenericDictionaries> dictionaries = new(() => new GenericDictionaries(
        binary.DebugInformation.Dwarf?.Elf ?? binary.Elf));

    /// <summary>
    /// The instances of a body; null when its variables' types depend on none, or it cannot be told which one a frame
    /// is: of an inlined copy, and without a symbol table. Where <see cref="BodyInstances.Place"/> is null there is
    /// exactly one.
    /// </summary>
    /// <exception cref="Target.MalformedFileException">The debug information is broken.</exception>
    public BodyInstances? Of(FunctionBody body)
    {
        ArgumentNullException.ThrowIfNull(body);
        if (body.Code.IsEmpty || GenericParts.Of(body.Function) is not { } parts || !IsOwnCode(body, parts))
            return null;
        ShapedTypes shapes = new(parts, parts.IsClosure
            ? body.Variables.Concat(functions.Bodies(parts.Root).SelectMany(static outer => outer.Variables))
            : body.Variables);
        body = body with
        {
            Variables = [.. body.Variables.Select(one => one with { DependsOnInstance = shapes.Knows(one) })],
        };
        if (!body.Variables.Any(static variable => variable.DependsOnInstance))
            return null;
        ImmutableArray<GenericInstance>.Builder found = ImmutableArray.CreateBuilder<GenericInstance>();
        foreach (string name in parts.DictionaryNames)
        {
            foreach (DictionarySymbol dictionary in dictionaries.Value.Of(name))
            {
                if (For(body, shapes, dictionary) is not { } real)
                    continue;
                if (found.Count >= InstancesMax)
                    return null;
                found.Add(new GenericInstance(dictionary.Address, dictionary.Name, real));
            }
        }
        if (found.Count == 0)
            return null;
        // Nobody can call the body with a dictionary that is not there.
        DictionaryPlace? place = found.Count == 1
            ? null : PlaceOf(body, body.IsInlined ? GenericParts.Of(body.Container)! : parts);
        return found.Count == 1 || place is not null ? new BodyInstances(body, place, found.ToImmutable()) : null;
    }

    /// <summary>
    /// Whether what a frame's dictionary says holds for the body: its own frame, or that of the function whose closure
    /// was inlined into it. Other inlined copies have dictionaries of which nothing is left.
    /// </summary>
    private static bool IsOwnCode(FunctionBody body, GenericParts parts) => !body.IsInlined
        || (body.InlineDepth == 1 && parts.IsClosure && parts.Root == body.Container);

    private DictionaryPlace? PlaceOf(FunctionBody body, GenericParts parts)
    {
        // One copy of the place that holds longest; elsewhere it is in a register.
        DictionaryPlace? best = null;
        foreach (VariableLocation one in body.Dictionary?.Locations ?? [])
        {
            if (one.Pieces is [{ Kind: PlaceKind.Frame, Bytes: sizeof(ulong) } piece]
                && (best is not { } other || one.High - one.Low > other.Code.High - other.Code.Low))
            {
                best = new DictionaryPlace(piece.Value, new PcSpan(one.Low, one.High));
            }
        }
        if (best is not null || !binary.Pcln.TryFindFunction(body.ContainerEntry, out GoFunction function))
            return best;
        return DictionarySpill.Find(
            binary.Elf, binary.Version, new PcSpan(body.ContainerEntry, function.End), parts,
            body.IsInlined ? [] : body.Variables);
    }

    /// <summary>The body with the types of a dictionary; null when those are not of the body's shape.</summary>
    private FunctionBody? For(FunctionBody body, ShapedTypes shapes, DictionarySymbol dictionary)
    {
        ImmutableArray<GoVariable>.Builder variables = ImmutableArray.CreateBuilder<GoVariable>();
        bool areThere = true;
        foreach (GoVariable variable in body.Variables)
        {
            GoType? type = variable.DependsOnInstance ? shapes.Real(variable, TypeAtIndex) : variable.Type;
            if (!areThere || (type is not null && !HasShape(type, variable.Type)))
                return null;
            variables.Add(variable with { Type = type ?? variable.Type });
        }
        return body with { Variables = variables.ToImmutable() };

        GoType? TypeAtIndex(int index)
        {
            GoType? type = TypeAt(dictionary, index, out bool isThere);
            areThere &= isThere;
            return type;
        }
    }

    /// <summary>The type that a word of a dictionary leads to.</summary>
    /// <param name="dictionary">The dictionary.</param>
    /// <param name="index">Of the word.</param>
    /// <param name="isThere">False when the dictionary has no such word, or no type in it.</param>
    private GoType? TypeAt(DictionarySymbol dictionary, int index, out bool isThere)
    {
        Span<byte> word = stackalloc byte[sizeof(ulong)];
        ulong offset = (ulong)index * sizeof(ulong);
        isThere = false;
        if (offset + sizeof(ulong) > dictionary.Bytes
            || !binary.Elf.TryReadRelocated(dictionary.Address + offset, word))
        {
            return null;
        }
        ulong address = BinaryPrimitives.ReadUInt64LittleEndian(word);
        isThere = address >= binary.ModuleData.Types && address < binary.ModuleData.ETypes;
        return isThere ? types.OfRuntimeType(address - binary.ModuleData.Types) : null;
    }

    /// <summary>Pointers have one shape, whatever they point to, and are unsafe.Pointer to <see cref="GoTypes"/>.
    /// </summary>
    private static bool HasShape(GoType type, GoType shape) =>
        type.Size == shape.Size
        && (type.Kind == shape.Kind || (shape.Kind == GoKind.UnsafePointer && type.Kind == GoKind.Pointer));
}
