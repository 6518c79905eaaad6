using SideEye.GoRuntime.Types;

namespace SideEye.GoRuntime.Functions;

/// <summary>A package-level variable.</summary>
/// <param name="Name">With its package: <c>net/http.DefaultServeMux</c>.</param>
/// <param name="Type">Its type.</param>
/// <param name="Address">Link-time address.</param>
public sealed record GlobalVariable(string Name, GoType Type, ulong Address);
