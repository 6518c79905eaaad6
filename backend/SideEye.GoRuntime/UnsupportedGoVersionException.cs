namespace SideEye.GoRuntime;

/// <summary>
/// The binary was built by a Go version whose runtime structures are not known: too old, or newer than the built-in
/// tables and without DWARF. The message says which version and what to do.
/// </summary>
public sealed class UnsupportedGoVersionException(string message) : Exception(message)
{
    /// <summary>No DWARF in the binary and no row in the built-in table.</summary>
    internal static UnsupportedGoVersionException NoLayout(GoVersion version, string known) => new(
        $"{version}: no built-in table of runtime structures for Go {version.Major}.{version.Minor} "
        + $"(there are {known}) "
        + "and the binary has no DWARF; build it without -ldflags=-s -w, or supply its debug file");
}
