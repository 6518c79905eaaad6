using System.Collections.Immutable;

namespace SideEye.GoRuntime.Functions;

/// <summary>
/// A parameter that escaped has two entries: the parameter, which is nowhere or only described, and the compiler's own
/// local variable with the pointer. In the source they are one.
/// </summary>
internal static class EscapedVariables
{
    /// <summary>The variables, parameters first, each once.</summary>
    public static ImmutableArray<GoVariable> Merge(List<GoVariable> read)
    {
        Dictionary<string, int> pointers = new(StringComparer.Ordinal);
        for (int i = 0; i < read.Count; i++)
        {
            // Two escaped variables of one name lie in different blocks: which one a parameter is, is not known.
            if (read[i] is { IsEscaped: true, Role: VariableRole.Local or VariableRole.Captured } pointer
                && !pointers.TryAdd(pointer.Name, i))
            {
                pointers[pointer.Name] = -1;
            }
        }

        bool[] isTaken = new bool[read.Count];
        ImmutableArray<GoVariable>.Builder merged = ImmutableArray.CreateBuilder<GoVariable>(read.Count);
        foreach (GoVariable each in read)
        {
            if (each.Role is VariableRole.Parameter or VariableRole.Result)
                merged.Add(Join(each, read, pointers, isTaken));
        }

        for (int i = 0; i < read.Count; i++)
        {
            if (read[i].Role is VariableRole.Local or VariableRole.Captured && !isTaken[i])
                merged.Add(read[i]);
        }

        return merged.ToImmutable();
    }

    private static GoVariable Join(
        GoVariable parameter, List<GoVariable> read, Dictionary<string, int> pointers, bool[] isTaken)
    {
        if (!pointers.TryGetValue(parameter.Name, out int index) || index < 0)
            return parameter;
        GoVariable pointer = read[index];
        // Of a result on the heap a place is listed for the function's last instructions, which copy it there. In the
        // block of the results there can be no other variable of the name.
        bool isResult = parameter.Role == VariableRole.Result && parameter.Scope.SequenceEqual(pointer.Scope);
        bool isSame = ReferenceEquals(pointer.Type, parameter.Type)
            && (parameter.Locations.IsEmpty || parameter.IsEscaped || isResult);
        if (!isSame)
            return parameter;
        isTaken[index] = true;
        return pointer.Locations.IsEmpty
            ? parameter
            : pointer with
            {
                Role = parameter.Role,
                Scope = parameter.Scope,
                DeclarationLine = parameter.DeclarationLine,
                DictionaryIndex = parameter.DictionaryIndex,
            };
    }
}
