using System.Collections.Immutable;
using SideEye.GoRuntime.Functions;

namespace SideEye.Probes.Binding;

/// <summary>A body as it is bound: one of a generic function stands before those of its instances.</summary>
/// <param name="Body">The body, with the types that are known.</param>
/// <param name="Dictionary">Of an instance the link-time address of its dictionary; else null.</param>
/// <param name="Place">Where frames tell which of the instances that follow they are; null when none follow.</param>
internal sealed record TypedBody(FunctionBody Body, ulong? Dictionary, DictionaryPlace? Place)
{
    /// <summary>The bodies of a function. One that runs for certain types only is bound as if written for them.
    /// </summary>
    public static ImmutableArray<TypedBody> Of(ImmutableArray<FunctionBody> bodies, IProgramTypes types)
    {
        ImmutableArray<TypedBody>.Builder all = ImmutableArray.CreateBuilder<TypedBody>();
        foreach (FunctionBody body in bodies)
        {
            BodyInstances? instances = types.InstancesOf(body);
            if (instances is not { Place: not null })
            {
                all.Add(new TypedBody(instances?.All[0].Body ?? body, null, null));
                continue;
            }
            all.Add(new TypedBody(instances.Generic, null, instances.Place));
            foreach (GenericInstance instance in instances.All)
                all.Add(new TypedBody(instance.Body, instance.Dictionary, null));
        }
        return all.ToImmutable();
    }

    /// <summary>True when only the instances know the variable's type.</summary>
    public bool IsOfUnknownType(GoVariable variable) => Place is not null && variable.DependsOnInstance;

    /// <summary>True when it has a variable of the name.</summary>
    public bool Has(string name) => Body.Variables.Any(variable => variable.Name == name);

    /// <summary>True when the instance decides of which type a variable of the name is.</summary>
    public bool DependsOnTypes(string name) =>
        Body.Variables.Any(variable => variable.Name == name && variable.DependsOnInstance);
}
