using System.Reflection;
using System.Text.RegularExpressions;
using SideEye.Target.Native;

namespace SideEye.Bpf.Tests;

/// <summary>What bpf/abi.table became on the side of C#.</summary>
internal static partial class SharedTypes
{
    /// <summary>The structs.</summary>
    public static IReadOnlyList<Type> Structs { get; } = [.. All.Where(type => type.IsValueType && !type.IsEnum)];

    /// <summary>The enums.</summary>
    public static IReadOnlyList<Type> Enums { get; } = [.. All.Where(type => type.IsEnum)];

    /// <summary>The constants, by their name in C#.</summary>
    public static IReadOnlyDictionary<string, int> Limits { get; } = typeof(NativeLimits).GetFields()
        .ToDictionary(field => field.Name, field => (int)field.GetRawConstantValue()!);

    private static IEnumerable<Type> All => typeof(NativeLayout).Assembly.GetExportedTypes()
        .Where(type => type.Namespace == typeof(NativeLayout).Namespace && type != typeof(NativeLimits));

    /// <summary>NativeRecordHeader is se_record_header in C.</summary>
    public static string InC(Type type) => $"se_{Snake(type.Name["Native".Length..])}";

    /// <summary>StackStart is stack_start in C.</summary>
    public static string Snake(string name) => Hump().Replace(name, "_$0").ToLowerInvariant();

    /// <summary>The fields of a struct in order.</summary>
    public static IReadOnlyList<FieldInfo> Fields(Type type) =>
        [.. type.GetFields(BindingFlags.Instance | BindingFlags.Public).OrderBy(field => field.MetadataToken)];

    [GeneratedRegex("(?<!^)[A-Z]")]
    private static partial Regex Hump();
}
