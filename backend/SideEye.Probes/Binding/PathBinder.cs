using System.Collections.Immutable;
using SideEye.GoRuntime.Types;
using SideEye.Probes.Plan;
using SideEye.Spec.Expressions;
using SideEye.Spec.Model;

namespace SideEye.Probes.Binding;

/// <summary>Binds the steps of expressions to types, by Go's own rules (Go specification, "Selectors").</summary>
internal sealed class PathBinder(IProgramTypes types, RedactionRules redaction)
{
    /// <summary>Binds the operations of an expression behind its first name.</summary>
    /// <param name="root">Type of the variable.</param>
    /// <param name="steps">The operations, first one first.</param>
    /// <exception cref="BindException">One of them does not fit.</exception>
    public BoundPath Bind(GoType root, IReadOnlyList<Expression> steps)
    {
        ImmutableArray<PathStep>.Builder path = ImmutableArray.CreateBuilder<PathStep>();
        bool isSecret = false;
        GoType type = root;
        foreach (Expression step in steps)
        {
            if (step is FieldExpression field)
                isSecret |= redaction.IsSecret(field.Field);
            if (step is KeyExpression { Key: string key })
                isSecret |= redaction.IsSecret(key);
            Append(path, type, step);
            type = path.Count == 0 ? root : path[^1].Type;
        }
        return new BoundPath(root, path.ToImmutable(), isSecret);
    }

    /// <summary>Binds a part of a value: the first name of its path is a field of the value's type.</summary>
    /// <exception cref="BindException">It does not fit.</exception>
    public ValuePart Part(GoType type, string name, Expression path)
    {
        NameExpression first = Unfold(path, out List<Expression> steps);
        if (first.Package is not null)
            throw new BindException($"a path within {type.Name} begins with a field, not with a package");
        steps.Insert(0, new FieldExpression(first, first.Name));
        BoundPath bound = Bind(type, steps);
        return new ValuePart(name, bound.Steps, bound.IsSecret);
    }

    /// <summary>The first name of an expression, and the operations on it in their order.</summary>
    public static NameExpression Unfold(Expression expression, out List<Expression> steps)
    {
        steps = [];
        Expression current = expression;
        while (current is not NameExpression)
        {
            steps.Add(current);
            current = OperandOf(current);
        }
        steps.Reverse();
        return (NameExpression)current;
    }

    private static Expression OperandOf(Expression expression) => expression switch
    {
        FieldExpression field => field.Operand,
        IndexExpression index => index.Operand,
        KeyExpression key => key.Operand,
        DereferenceExpression dereference => dereference.Operand,
        LengthExpression length => length.Operand,
        AssertionExpression assertion => assertion.Operand,
        EachExpression each => each.Operand,
        PartsExpression parts => parts.Operand,
        _ => throw new BindException($"{expression.GetType().Name} is not an operation"),
    };

    private void Append(ImmutableArray<PathStep>.Builder path, GoType type, Expression step)
    {
        switch (step)
        {
            case FieldExpression field:
                AppendField(path, Pointee(path, type), field.Field);
                break;
            case IndexExpression index:
                AppendIndex(path, type, index.Index);
                break;
            case KeyExpression key:
                AppendKey(path, type, key.Key);
                break;
            case DereferenceExpression when type is { Kind: GoKind.Pointer, Element: { } target }:
                path.Add(new FollowStep(target));
                break;
            case DereferenceExpression:
                throw new BindException($"{type.Name} is no pointer: it cannot be followed");
            case LengthExpression length:
                AppendLength(path, type, length.IsCapacity);
                break;
            case AssertionExpression assertion:
                AppendAssertion(path, type, assertion.Type);
                break;
            case EachExpression:
                AppendEach(path, type);
                break;
            case PartsExpression parts:
                AppendParts(path, Pointee(path, type), parts);
                break;
        }
    }

    /// <summary>Go dereferences pointers to structs and arrays by itself.</summary>
    private static GoType Pointee(ImmutableArray<PathStep>.Builder path, GoType type)
    {
        if (type is not { Kind: GoKind.Pointer, Element: { } target })
            return type;
        path.Add(new FollowStep(target));
        return target;
    }

    private static void AppendField(ImmutableArray<PathStep>.Builder path, GoType type, string name)
    {
        if (type.Kind == GoKind.Interface)
        {
            throw new BindException(
                $"{type.Name} is an interface: say which type it holds, as in v.(*pkg.Type).{name}");
        }
        if (type.Kind != GoKind.Struct)
            throw new BindException($"{type.Name} has no fields: it is no struct");
        if (!FieldSearch.TryFind(type, name, path))
            throw new BindException($"{type.Name} has no field {name}", name, [.. FieldSearch.NamesIn(type)]);
    }

    private void AppendIndex(ImmutableArray<PathStep>.Builder path, GoType type, long index)
    {
        if (type is { Kind: GoKind.Pointer, Element.Kind: GoKind.Array })
            type = Pointee(path, type);
        if (type.Kind == GoKind.Map)
        {
            AppendKey(path, type, index);
            return;
        }
        // An element of a string is a byte of it.
        GoType? held = type.Kind switch
        {
            GoKind.Array or GoKind.Slice => type.Element,
            GoKind.String => types.Find("uint8"),
            _ => null,
        };
        if (held is not { } element)
            throw new BindException($"{type.Name} cannot be indexed by a number");
        if (index < 0 || (type.Kind == GoKind.Array && index >= type.Length))
            throw new BindException($"index {index} is outside of {type.Name}");
        path.Add(new IndexStep(element, index));
    }

    private static void AppendEach(ImmutableArray<PathStep>.Builder path, GoType type)
    {
        if (type is { Kind: GoKind.Pointer, Element.Kind: GoKind.Array })
            type = Pointee(path, type);
        if (type is not { Kind: GoKind.Array or GoKind.Slice or GoKind.Map, Element: { } element })
            throw new BindException($"{type.Name} has no elements for [*]: it is no array, slice or map");
        if (type.Kind != GoKind.Map && element.Kind == GoKind.Uint8)
            throw new BindException($"{type.Name} is shown as text: leave out [*]");
        path.Add(new EachStep(element));
    }

    private void AppendParts(ImmutableArray<PathStep>.Builder path, GoType type, PartsExpression parts) =>
        path.Add(new PartsStep(type, [.. parts.Parts.Select(part => Part(type, part.Name, part.Path))]));

    private static void AppendKey(ImmutableArray<PathStep>.Builder path, GoType type, object key)
    {
        if (type is not { Kind: GoKind.Map, Key: { } keyType, Element: { } element })
        {
            throw new BindException(key is string or bool ? $"{type.Name} is no map"
                : $"index {key} is outside of {type.Name}");
        }
        bool fits = key switch
        {
            string => keyType.Kind == GoKind.String,
            bool => keyType.Kind == GoKind.Bool,
            _ => keyType.Kind is >= GoKind.Int and <= GoKind.Uintptr,
        };
        if (!fits)
            throw new BindException($"the keys of {type.Name} are of type {keyType.Name}");
        path.Add(new KeyStep(element, key));
    }

    private void AppendLength(ImmutableArray<PathStep>.Builder path, GoType type, bool isCapacity)
    {
        if (type is { Kind: GoKind.Pointer, Element.Kind: GoKind.Array })
            type = Pointee(path, type);
        bool fits = type.Kind is GoKind.Slice or GoKind.Array or GoKind.Chan
            || (!isCapacity && type.Kind is GoKind.String or GoKind.Map);
        if (!fits)
            throw new BindException($"{type.Name} has no {(isCapacity ? "capacity" : "length")}");
        path.Add(new LengthStep(types.Int, isCapacity));
    }

    private void AppendAssertion(ImmutableArray<PathStep>.Builder path, GoType type, string name)
    {
        if (type.Kind != GoKind.Interface)
            throw new BindException($"{type.Name} is no interface: it holds nothing but itself");
        GoType dynamic = types.Find(name)
            ?? throw new BindException($"the program has no type {name}", name, [.. types.TypesLike(name)]);
        if (dynamic.Kind == GoKind.Interface)
            throw new BindException($"{name} is an interface: an interface never holds another");
        path.Add(new AssertionStep(dynamic));
    }
}
